package io.errata.connectors.registry;

import java.util.List;

/**
 * A schema as the registry keeps it.
 *
 * @param id what records name it by
 * @param language what the text is written in
 * @param text the schema itself
 * @param references other schemas that the text names
 */
public record RegisteredSchema(int id, Language language, String text, List<Reference> references) {
  /** What a schema is written in. */
  public enum Language {
    AVRO,
    JSON,
    /** One that Errata doesn't read. */
    OTHER
  }

  /**
   * Another schema that a text names.
   *
   * @param name as the text has it
   * @param subject where it is registered
   * @param version of the subject
   */
  public record Reference(String name, String subject, int version) {}

  public RegisteredSchema {
    references = List.copyOf(references);
  }
}
