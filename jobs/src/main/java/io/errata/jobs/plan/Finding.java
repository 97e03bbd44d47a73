package io.errata.jobs.plan;

import io.errata.api.ErrorCode;
import java.util.Optional;

/**
 * Something that {@code check} found.
 *
 * @param level whether it stops a plan
 * @param subject what was looked at: {@code table}, {@code events}, {@code worker}, {@code rows}
 * @param message what is so
 * @param next what a person can do; empty where nothing needs to be done
 * @param code of the error that a plan would end with; empty where none would
 */
public record Finding(
    Level level, String subject, String message, String next, Optional<ErrorCode> code) {

  /** Something that ends no plan by itself. */
  public Finding(Level level, String subject, String message, String next) {
    this(level, subject, message, next, Optional.empty());
  }

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
