export { describeDurableFile } from './describe-durable-file.ts';
