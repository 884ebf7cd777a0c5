mod claiming;
mod costs;
mod estimating;
mod properties;
mod standing_still;
