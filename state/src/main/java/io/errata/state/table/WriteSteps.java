package io.errata.state.table;

/** Hears which step of an apply or rollback has begun; the one before has ended. */
@FunctionalInterface
public interface WriteSteps {
  /** Hears nothing. */
  WriteSteps NONE = step -> {};

  /**
   * A step has begun, such as {@code write the rows}; the same may begin again.
   *
   * @param step in a few words, of which there are not many
   */
  void begin(String step);
}
