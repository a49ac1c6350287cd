/** A value of a compose field that means nothing; turned into a {@link Finding} where the field is read. */
export class FieldError extends Error {
  override readonly name = 'FieldError';
}
