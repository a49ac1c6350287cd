// #region readme
import { formatError, SupervisorError } from '@device-supervisor/errors';

class PortInUseError extends SupervisorError<'PORT_IN_USE', { port: number }> {
  constructor(port: number, cause?: unknown) {
    super('PORT_IN_USE', `port ${port} is in use`, { details: { port }, hint: 'Choose another port', cause });
  }
}

console.log(formatError(new PortInUseError(80))); // port 80 is in use. Choose another port
// #endregion
