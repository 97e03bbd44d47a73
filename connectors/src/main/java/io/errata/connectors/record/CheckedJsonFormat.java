package io.errata.connectors.record;

import io.errata.api.ErrataException;
import io.errata.connectors.InputPart;
import io.errata.connectors.format.FixedSchema;
import io.errata.connectors.format.JsonSchemaCheck;
import io.errata.connectors.format.SchemaFile;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/** One JSON object, UTF-8, that has to hold to a JSON Schema. */
public final class CheckedJsonFormat implements RecordFormat {
  private static final long serialVersionUID = 1;

  private final JsonRecordFormat json = new JsonRecordFormat();
  private final String path;
  private final @Nullable FixedSchema schema;

  /**
   * A format.
   *
   * @param path the schema's file, on any of Flink's file systems
   */
  public CheckedJsonFormat(String path) {
    this(path, null);
  }

  private CheckedJsonFormat(String path, @Nullable FixedSchema schema) {
    this.path = path;
    this.schema = schema;
  }

  /**
   * @throws ErrataException INVALID_SOURCE where the file holds no JSON Schema, or one that refers
   *     to another place
   */
  @Override
  public RecordFormat fixedFor(Collection<String> topics, Part part) {
    String name = "file " + path;
    try {
      String text = SchemaFile.read(path);
      JsonSchemaCheck.of(text);
      return new CheckedJsonFormat(path, new FixedSchema(name, text));
    } catch (ContentException e) {
      throw SchemaLookup.unreadable(name, e);
    }
  }

  @Override
  public List<InputPart> schemas() {
    return schema == null ? List.of() : List.of(schema.part());
  }

  @Override
  public SourceColumns columns(List<byte[]> sample) throws IOException {
    return json.columns(sample);
  }

  @Override
  public boolean isSampled() {
    return true;
  }

  @Override
  public RecordDecoder open(FieldPlan plan, List<String> paths, Part part) {
    if (schema == null) {
      throw new IllegalStateException("Records are read by a schema that was fixed before");
    }
    try {
      return new Decoder(json.open(plan, paths, part), JsonSchemaCheck.of(schema.text()));
    } catch (ContentException e) {
      throw new IllegalStateException("What was parsed once can be parsed again", e);
    }
  }

  private record Decoder(RecordDecoder json, JsonSchemaCheck check) implements RecordDecoder {
    @Override
    public @Nullable String decode(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
        throws IOException {
      @Nullable String problem = json.decode(data, offset, length, from);
      return problem == null ? check.problem(data, offset, length) : problem;
    }

    @Override
    public @Nullable Object[] values() {
      return json.values();
    }
  }
}
