/** The words of the API and the report for the state of a service's container or image. */
export type ServiceStatus =
  | 'Downloading'
  | 'Downloaded'
  | 'Installing'
  | 'Installed'
  | 'Starting'
  | 'Running'
  | 'Stopping'
  | 'Dead'
  | 'Handing over'
  | 'Awaiting handover'
  | 'exited'
  | 'paused'
  | 'restarting';

/** How far a release's update is, strongest first. */
export type UpdateStatus = 'rejected' | 'aborted' | 'downloading' | 'downloaded' | 'applying changes' | 'done';
