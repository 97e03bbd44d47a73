package io.errata.connectors.avro;

import io.errata.connectors.read.ContentException;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/** Parses schemas, also those whose defaults Avro would refuse: many are about. */
public final class AvroSchema {
  private AvroSchema() {}

  /**
   * A schema of a text.
   *
   * @throws ContentException where it is none
   */
  public static Schema parse(String text) throws ContentException {
    return parse(text, Map.of());
  }

  /**
   * The same with some types that it may name.
   *
   * @param known by their full names
   */
  public static Schema parse(String text, Map<String, Schema> known) throws ContentException {
    try {
      Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
      parser.addTypes(known);
      return parser.parse(text);
    } catch (AvroRuntimeException | StackOverflowError e) {
      throw new ContentException("it can't be read as Avro", e);
    }
  }
}
