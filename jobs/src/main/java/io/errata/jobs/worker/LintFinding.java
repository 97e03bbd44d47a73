package io.errata.jobs.worker;

/**
 * Something in a worker's code that could make it answer differently, or act on the world, when it
 * runs again.
 *
 * @param severity whether it surely is wrong, or only may be
 * @param type the class that it is in
 * @param method the method that it is in
 * @param what what is used, such as {@code Instant.now}
 * @param why what can differ, and what to do instead
 */
public record LintFinding(Severity severity, String type, String method, String what, String why) {

  /** How sure a finding is. */
  public enum Severity {
    ERROR,
    /** May be fine: the code has to be looked at. */
    WARNING
  }

  @Override
  public String toString() {
    return type + "." + method + ": " + what + " (" + why + ")";
  }
}
