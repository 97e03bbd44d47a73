package io.errata.connectors.registry;

/**
 * A version of a subject.
 *
 * @param version from 1
 */
public record SchemaVersion(String subject, int version, RegisteredSchema schema) {
  /** For people, such as {@code payments-value version 3 (id 7)}. */
  public String text() {
    return subject + " version " + version + " (id " + schema.id() + ")";
  }
}
