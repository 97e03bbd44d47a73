package io.errata.api;

/** What went wrong, for whom, with which exit status, and whether trying again can help. */
public enum ErrorCode {
  /** The command line is wrong. */
  USAGE(Kind.USER, 2, false),
  /** The spec, or what it refers to, is wrong. */
  INVALID_SPEC(Kind.USER, 2, false),
  /** The worker isn't there, or isn't one that can be used. */
  INVALID_WORKER(Kind.USER, 2, false),
  /** The live table isn't as the spec says. */
  INVALID_TABLE(Kind.USER, 2, false),
  /** The archive's files or the topic aren't as the spec says. */
  INVALID_SOURCE(Kind.USER, 2, false),
  /** A plan directory that is not one, is of another format, or was changed after it was sealed. */
  INVALID_PLAN(Kind.USER, 2, false),
  /** A value that no canonical form has, such as text with an unpaired surrogate. */
  INVALID_VALUE(Kind.DATA, 1, false),
  /** The database or a store refuses what is asked, or there are no credentials to ask with. */
  FORBIDDEN(Kind.USER, 2, false),
  /** A limit of the spec, or a policy, stopped the work. */
  LIMIT(Kind.DATA, 4, false),
  /** The source no longer holds all of the window. */
  MISSING_COVERAGE(Kind.DATA, 4, false),
  /** Rows are no longer as the plan saw them; nothing was written. */
  CONFLICT(Kind.DATA, 5, false),
  /** A source or store can't be reached or failed; nothing was written. */
  UNAVAILABLE(Kind.EXTERNAL, 6, true),
  /**
   * The connection was lost at commit and the ledger can't be asked: the outcome is not known yet.
   */
  UNKNOWN_OUTCOME(Kind.EXTERNAL, 6, true),
  /** The person stopped it; nothing was written. */
  CANCELLED(Kind.USER, 1, true),
  /** A bug. */
  INTERNAL(Kind.INTERNAL, 1, false);

  /** Who can do something about it. */
  public enum Kind {
    USER,
    DATA,
    EXTERNAL,
    INTERNAL
  }

  private final Kind kind;
  private final int exitStatus;
  private final boolean retryable;

  ErrorCode(Kind kind, int exitStatus, boolean retryable) {
    this.kind = kind;
    this.exitStatus = exitStatus;
    this.retryable = retryable;
  }

  public Kind kind() {
    return kind;
  }

  /** The exit status of a command that ends with this error. */
  public int exitStatus() {
    return exitStatus;
  }

  /** Whether the same command may succeed when it is given again. */
  public boolean retryable() {
    return retryable;
  }
}
