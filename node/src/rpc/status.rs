//! `hospital_status`: what this node knows of its hospital.

use crate::health::{status::Status, Monitor};
use jsonrpsee::{core::RpcResult, proc_macros::rpc, Extensions};
use sc_rpc_api::check_if_safe;
use std::sync::Arc;

/// The hospital of this node.
#[rpc(server)]
pub trait HospitalStatusRpc {
	/// Everything that is known, after all checks were made again if `refresh`. Tells paths of this machine,
	/// so it is for local callers only.
	#[method(name = "hospital_status", with_extensions)]
	async fn status(&self, refresh: Option<bool>) -> RpcResult<Status>;
}

/// The method's implementation.
pub struct HospitalStatus {
	monitor: Arc<Monitor>,
}

impl HospitalStatus {
	/// Answers from what the monitor knows.
	pub fn new(monitor: Arc<Monitor>) -> Self {
		Self { monitor }
	}
}

#[jsonrpsee::core::async_trait]
impl HospitalStatusRpcServer for HospitalStatus {
	async fn status(&self, extensions: &Extensions, refresh: Option<bool>) -> RpcResult<Status> {
		check_if_safe(extensions)?;
		if refresh.unwrap_or_default() {
			self.monitor.check().await;
		}
		Ok(self.monitor.status())
	}
}
