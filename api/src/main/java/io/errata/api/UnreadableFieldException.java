package io.errata.api;

/** A field that the source could not decode, found when somebody asks for it. */
public final class UnreadableFieldException extends RejectedEventException {
  private static final long serialVersionUID = 1;

  private final String field;

  public UnreadableFieldException(String field, String reason) {
    super("Cannot read field " + field + ": " + reason);
    this.field = field;
  }

  public String field() {
    return field;
  }
}
