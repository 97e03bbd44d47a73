package io.errata.connectors.record;

import io.errata.connectors.avro.AvroSchema;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.registry.RegisteredSchema;
import io.errata.connectors.registry.RegisteredSchema.Language;
import io.errata.connectors.registry.RegisteredSchema.Reference;
import io.errata.connectors.registry.SchemaRegistry;
import io.errata.connectors.registry.SchemaVersion;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/** Parses registered schemas in Avro; those that they refer to are asked of the registry. */
final class AvroSchemas {
  /** More than any schema refers to; one that refers to itself has no end. */
  private static final int MAX_REFERENCES = 1_000;

  private AvroSchemas() {}

  /**
   * A registered schema, with those that it refers to.
   *
   * @throws ContentException where it is none in Avro, or refers to what isn't there
   * @throws io.errata.api.ErrataException as {@link SchemaRegistry}
   */
  static Schema parse(RegisteredSchema registered, SchemaRegistry registry)
      throws ContentException {
    if (registered.language() != Language.AVRO) {
      throw new ContentException("it is not in Avro");
    }
    Map<String, Schema> known = new HashMap<>();
    for (RegisteredSchema each : referredTo(registered, registry)) {
      collect(AvroSchema.parse(each.text(), known), known);
    }
    return AvroSchema.parse(registered.text(), known);
  }

  /** Those that are referred to, each behind the ones that it refers to itself. */
  private static Deque<RegisteredSchema> referredTo(
      RegisteredSchema registered, SchemaRegistry registry) throws ContentException {
    Deque<RegisteredSchema> order = new ArrayDeque<>();
    Deque<Reference> open = new ArrayDeque<>(registered.references());
    for (int count = 0; !open.isEmpty(); count++) {
      Reference reference = open.removeFirst();
      Optional<SchemaVersion> found = registry.find(reference.subject(), reference.version());
      if (found.isEmpty() || count == MAX_REFERENCES) {
        throw new ContentException(
            found.isPresent()
                ? "it refers to itself"
                : "it refers to version "
                    + reference.version()
                    + " of "
                    + reference.subject()
                    + ", which is not there");
      }
      // What is met again further down is needed earlier.
      order.remove(found.get().schema());
      order.addFirst(found.get().schema());
      open.addAll(found.get().schema().references());
    }
    return order;
  }

  private static void collect(Schema schema, Map<String, Schema> known) {
    switch (schema.getType()) {
      case RECORD -> {
        if (known.putIfAbsent(schema.getFullName(), schema) == null) {
          schema.getFields().forEach(field -> collect(field.schema(), known));
        }
      }
      case ENUM, FIXED -> known.putIfAbsent(schema.getFullName(), schema);
      case ARRAY -> collect(schema.getElementType(), known);
      case MAP -> collect(schema.getValueType(), known);
      case UNION -> schema.getTypes().forEach(branch -> collect(branch, known));
      default -> {}
    }
  }
}
