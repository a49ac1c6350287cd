/** Where the lines of containers come from. */
export interface ContainerLogSource {
  /**
   * The lines that a container wrote at or after a time, and every one that it writes then. Ends with the container,
   * at the latest when the signal is aborted, then without an error. Throws when they cannot be read.
   *
   * @param since milliseconds since the epoch
   */
  follow(container: LoggedContainer, since: number, signal: AbortSignal): AsyncIterable<ContainerLogLine>;
}

export interface LoggedContainer {
  /** Full id of the engine. */
  readonly id: string;
  readonly name: string;
}

export interface ContainerLogLine {
  /** Without its end. */
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly isStdErr: boolean;
}
