package io.errata.api;

import java.io.Serializable;
import java.util.Objects;

/** A value that is never printed, logged or stored in a plan. */
public final class Secret implements Serializable {
  private static final long serialVersionUID = 1;

  private final String value;

  private Secret(String value) {
    this.value = Objects.requireNonNull(value, "value");
  }

  public static Secret of(String value) {
    return new Secret(value);
  }

  /** The value itself: only for the call that needs it. */
  public String reveal() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && secret.value.equals(value);
  }

  @Override
  public int hashCode() {
    // Of no use to whoever finds it in a log.
    return 0;
  }

  @Override
  public String toString() {
    return "***";
  }
}
