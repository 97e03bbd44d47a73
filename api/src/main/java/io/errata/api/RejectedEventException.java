package io.errata.api;

/**
 * Thrown by a worker for an event that it can't process. The event's key is quarantined, with the
 * reason.
 */
public class RejectedEventException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param reason why, without the payload's values
   */
  public RejectedEventException(String reason) {
    super(reason);
  }
}
