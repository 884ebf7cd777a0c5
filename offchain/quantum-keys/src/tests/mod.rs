//! Tests of the client, the store and draws. The KME is a real server: TCP, mutual TLS, HTTP.

mod answer_tests;
mod client_tests;
mod config_tests;
mod container_tests;
mod draw_tests;
pub(crate) mod kill_tests;
mod kme;
mod message_tests;
mod pki;
mod raw_server;
mod store_tests;
