package io.errata.jobs.plan;

/**
 * Something that {@code check} found.
 *
 * @param level whether it stops a plan
 * @param subject what was looked at: {@code table}, {@code events}, {@code worker}, {@code rows}
 * @param message what is so
 * @param next what a person can do; empty where nothing needs to be done
 */
public record Finding(Level level, String subject, String message, String next) {

  /** How much a finding matters. */
  public enum Level {
    /** As it should be. */
    OK,
    /** A plan can be made, but a person should know. */
    WARNING,
    /** No plan can be made. */
    ERROR
  }
}
