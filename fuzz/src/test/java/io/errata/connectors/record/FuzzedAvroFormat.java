package io.errata.connectors.record;

import io.errata.connectors.avro.AvroSchema;
import io.errata.connectors.format.SourceColumns;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.read.FieldPlan;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.registry.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records in Avro, with all schemas at hand. The first byte of an input says how the rest is
 * encoded: in a registry's wire format, as a single object, plain, or plain behind the text of its
 * writer's schema and a NUL.
 */
public final class FuzzedAvroFormat implements RecordFormat {
  private static final long serialVersionUID = 1;

  public static final String TOPIC = "t";

  private static final String MICROS = "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}";
  private static final String USER =
      "{\"type\":\"record\",\"name\":\"U\",\"fields\":[{\"name\":\"name\",\"type\":[\"null\",\"string\"],\"default\":null}]}";

  /** What all are brought to. */
  public static final Schema READER =
      event(
          field("id", "\"string\""),
          field("ts", MICROS),
          field("seq", "\"long\""),
          "{\"name\":\"note\",\"type\":[\"null\",\"string\"],\"default\":null}",
          field("amount", decimal(2)),
          field("user", USER));

  private static final Schema FIRST =
      event(
          field("id", "\"string\""),
          field("ts", MICROS),
          field("seq", "\"int\""),
          field("note", "[\"null\",\"string\"]"),
          field("amount", decimal(2)),
          field("user", USER),
          field("more", "{\"type\":\"array\",\"items\":{\"type\":\"map\",\"values\":\"float\"}}"));

  /** In another order, with a branch that the reader lacks, and another scale. */
  private static final Schema SECOND =
      event(
          field("user", USER),
          field("amount", decimal(3)),
          field("note", "[\"string\",\"int\",\"null\"]"),
          field("kind", "{\"type\":\"enum\",\"name\":\"K\",\"symbols\":[\"A\",\"B\"]}"),
          field("seq", "\"long\""),
          field("ts", MICROS),
          field("id", "\"bytes\""));

  /** With itself in it, and without the note. */
  private static final Schema THIRD =
      event(
          field("inner", "[\"null\",\"E\"]"),
          field("mark", "{\"type\":\"fixed\",\"name\":\"M\",\"size\":3}"),
          field("id", "\"string\""),
          field("flag", "\"boolean\""),
          field("ts", MICROS),
          field("seq", "\"int\""),
          field("amount", decimal(2)),
          field("user", USER));

  /** One that doesn't fit the reader's. */
  private static final Schema OTHER = event(field("id", "\"int\""));

  /** By their ids. */
  static final Map<Integer, Schema> SCHEMAS = Map.of(1, FIRST, 2, SECOND, 3, THIRD, 258, OTHER);

  private final transient AvroFraming framing;
  private final byte[] value;
  private final boolean isSchemaGiven;

  /** The format of an input that isn't empty. */
  public FuzzedAvroFormat(byte[] input) {
    int mode = input[0] & 3;
    int start = 1;
    isSchemaGiven = mode == 3;
    if (isSchemaGiven) {
      int end = start;
      while (end < input.length && input[end] != 0) {
        end++;
      }
      String text = new String(input, start, end - start, StandardCharsets.UTF_8);
      framing = new Given(text);
      start = Math.min(end + 1, input.length);
    } else if (mode == 0) {
      framing = new ByIdAtHand();
    } else if (mode == 1) {
      framing = new FingerprintFraming(List.copyOf(SCHEMAS.values()));
    } else {
      framing =
          new DateFraming(
              Map.of(
                  TOPIC,
                  List.of(new DateFraming.Days(Long.MIN_VALUE, Long.MAX_VALUE, "first", FIRST))));
    }
    value = Arrays.copyOfRange(input, start, input.length);
  }

  /** The bytes of the record. */
  public byte[] value() {
    return value.clone();
  }

  /** Whether the input has a schema of its own, so that messages may hold what it says. */
  public boolean isSchemaGiven() {
    return isSchemaGiven;
  }

  /** Where the value begins behind what tells its schema. */
  public int start() {
    return framing.length();
  }

  /** The schema that a record is written with, where it is one of those that are known. */
  public Optional<Schema> writer(ConsumerRecord<?, ?> from) {
    if (isSchemaGiven) {
      return Optional.empty();
    }
    try {
      return Optional.of(framing.schema(framing.key(value, 0, value.length, from)));
    } catch (ContentException e) {
      return Optional.empty();
    }
  }

  @Override
  public SourceColumns columns(List<byte[]> sample) {
    throw new UnsupportedOperationException("nobody asks");
  }

  @Override
  public boolean isSampled() {
    return false;
  }

  @Override
  public RecordDecoder open(FieldPlan plan, List<String> paths, Part part) {
    return new AvroRecordDecoder(framing, Map.of(TOPIC, READER), paths);
  }

  private static Schema event(String... fields) {
    return new Schema.Parser()
        .parse(
            "{\"type\":\"record\",\"name\":\"E\",\"fields\":[" + String.join(",", fields) + "]}");
  }

  private static String field(String name, String type) {
    return "{\"name\":\"" + name + "\",\"type\":" + type + "}";
  }

  private static String decimal(int scale) {
    return "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":12,\"scale\":"
        + scale
        + "}";
  }

  /** As {@link RegistryFraming}, but that nobody is asked. */
  private static final class ByIdAtHand implements AvroFraming {
    private final RegistryFraming framing =
        new RegistryFraming(new SchemaRegistry(RegistryOptions.of("http://127.0.0.1:1")));

    @Override
    public Integer key(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
        throws ContentException {
      return framing.key(data, offset, length, from);
    }

    @Override
    public int length() {
      return framing.length();
    }

    @Override
    public String name(Object key) {
      return framing.name(key);
    }

    @Override
    public Schema schema(Object key) throws ContentException {
      @Nullable Schema found = SCHEMAS.get(key);
      if (found == null) {
        throw new ContentException("the schema registry doesn't know it");
      }
      return found;
    }
  }

  private record Given(String text) implements AvroFraming {
    @Override
    public Object key(byte[] data, int offset, int length, ConsumerRecord<?, ?> from) {
      return "given";
    }

    @Override
    public int length() {
      return 0;
    }

    @Override
    public String name(Object key) {
      return "schema " + key;
    }

    @Override
    public Schema schema(Object key) throws ContentException {
      return AvroSchema.parse(text);
    }
  }
}
