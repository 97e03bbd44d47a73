package io.errata.connectors.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.InputPart;
import io.errata.connectors.event.EventSchema;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.kafka.RecordDecoder;
import io.errata.connectors.kafka.RecordFormat;
import io.errata.connectors.kafka.RecordFormat.Part;
import io.errata.connectors.read.FieldPlan;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Formats that need no registry, from their bytes. */
class OtherRecordFormatsTest {
  private static final String LONG =
      "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"x\",\"type\":\"long\"}]}";
  private static final String RENAMED =
      "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"y\",\"aliases\":[\"x\"],\"type\":\"long\"},"
          + "{\"name\":\"z\",\"type\":\"string\",\"default\":\"new\"}]}";

  @TempDir private Path folder;

  private String file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text).toString();
  }

  private static RecordDecoder open(RecordFormat format, String... paths) {
    RecordFormat fixed = format.fixedFor(List.of("t"), Part.VALUE);
    EventSchema schema =
        new EventSchema("id", "ts", EventSchema.TimeUnit.MILLIS, null, null, List.of(), List.of());
    return fixed.open(new FieldPlan(schema), List.of(paths), Part.VALUE);
  }

  private static @Nullable String problem(RecordDecoder decoder, byte[] data, String time)
      throws IOException {
    Fetched fetched = Fetched.of(data);
    return decoder.decode(
        fetched.piece(),
        fetched.offset(),
        fetched.length(),
        new ConsumerRecord<>(
            "t",
            0,
            0,
            Instant.parse(time).toEpochMilli(),
            TimestampType.CREATE_TIME,
            0,
            data.length,
            null,
            data,
            new RecordHeaders(),
            Optional.empty()));
  }

  private static @Nullable String problem(RecordDecoder decoder, String text) throws IOException {
    return problem(decoder, text.getBytes(StandardCharsets.UTF_8), "2024-06-10T12:00:00Z");
  }

  private static @Nullable String problemOfHex(RecordDecoder decoder, String hex)
      throws IOException {
    return problem(decoder, HexFormat.of().parseHex(hex), "2024-06-10T12:00:00Z");
  }

  // Single objects.

  /** The fingerprint of {@link #LONG}, by Avro's own algorithm, as it stands in the record. */
  private static String fingerprint(String schema) throws IOException {
    long crc =
        org.apache.avro.SchemaNormalization.parsingFingerprint64(
            new org.apache.avro.Schema.Parser().parse(schema));
    return HexFormat.of().toHexDigits(Long.reverseBytes(crc));
  }

  @Test
  void singleObject_isReadByTheSchemaOfItsFingerprint() throws IOException {
    Files.createDirectory(folder.resolve("old"));
    file("old/long.avsc", LONG);
    file("old/notes.txt", "no schema");
    RecordFormat format =
        AvroRecordFormat.ofSingleObjects(
            null,
            new SchemaChoice.OfFile(file("now.avsc", RENAMED)),
            folder.resolve("old").toString());
    assertThat(format.fixedFor(List.of("t"), Part.VALUE).schemas())
        .extracting(InputPart::name)
        .hasSize(2)
        .contains("schema file " + folder.resolve("now.avsc"));
    RecordDecoder decoder = open(format, "y", "z");
    assertThat(problemOfHex(decoder, "c301" + fingerprint(LONG) + "0e")).isNull();
    assertThat(decoder.values()).containsExactly(7L, "new");
    assertThat(problemOfHex(decoder, "c301" + fingerprint(RENAMED) + "0e0261")).isNull();
    assertThat(decoder.values()).containsExactly(7L, "a");
  }

  /** Made by Avro's BinaryMessageEncoder, which knows no other encoding. */
  @Test
  void singleObject_isWhatAvroItselfWrites() throws IOException {
    org.apache.avro.Schema schema = new org.apache.avro.Schema.Parser().parse(LONG);
    org.apache.avro.generic.GenericRecord record =
        new org.apache.avro.generic.GenericRecordBuilder(schema).set("x", 7L).build();
    java.nio.ByteBuffer written =
        new org.apache.avro.message.BinaryMessageEncoder<>(
                org.apache.avro.generic.GenericData.get(), schema)
            .encode(record);
    byte[] bytes = new byte[written.remaining()];
    written.get(bytes);
    RecordDecoder decoder =
        open(
            AvroRecordFormat.ofSingleObjects(
                null, new SchemaChoice.OfFile(file("p.avsc", LONG)), null),
            "x");
    assertThat(problem(decoder, bytes, "2024-06-10T12:00:00Z")).isNull();
    assertThat(decoder.values()).containsExactly(7L);
  }

  @Test
  void singleObject_thatIsNoneIsRefused() throws IOException {
    RecordDecoder decoder =
        open(
            AvroRecordFormat.ofSingleObjects(
                null, new SchemaChoice.OfFile(file("p.avsc", LONG)), null),
            "x");
    assertThat(problemOfHex(decoder, "c30100"))
        .isEqualTo("it is cut off: 3 bytes hold no fingerprint");
    assertThat(problemOfHex(decoder, "c302" + fingerprint(LONG) + "0e"))
        .isEqualTo("its first bytes are not C3 01: it is no single object of Avro");
    assertThat(problemOfHex(decoder, "c301" + "0100000000000080" + "0e"))
        .isEqualTo(
            "schema with fingerprint 8000000000000001: it is not among the 1 that are known");
  }

  // Plain Avro.

  @Test
  void plainAvro_isReadByTheSchemaOfItsDay() throws IOException {
    LocalDate june = LocalDate.parse("2024-06-01");
    RecordDecoder decoder =
        open(
            AvroRecordFormat.ofPlain(
                null,
                new SchemaChoice.OfFile(file("now.avsc", RENAMED)),
                List.of(
                    new DatedSchema(
                        june,
                        LocalDate.parse("2024-07-01"),
                        new SchemaChoice.OfFile(file("b.avsc", RENAMED))),
                    new DatedSchema(null, june, new SchemaChoice.OfFile(file("a.avsc", LONG))))),
            "y",
            "z");
    byte[] first = {14};
    byte[] second = {14, 2, 'a'};
    assertThat(problem(decoder, first, "2024-05-31T23:59:59.999Z")).isNull();
    assertThat(decoder.values()).containsExactly(7L, "new");
    assertThat(problem(decoder, second, "2024-06-01T00:00:00Z")).isNull();
    assertThat(decoder.values()).containsExactly(7L, "a");
    assertThat(problem(decoder, second, "2024-05-31T23:59:59.999Z"))
        .isEqualTo(
            "schema file "
                + folder.resolve("a.avsc")
                + ": it has more bytes than its schema tells of");
    assertThat(problem(decoder, second, "2024-07-01T00:00:00Z"))
        .isEqualTo("no schema is given for the day of its record, 2024-07-01");
  }

  @Test
  void plainAvro_hasOneSchemaOtherwise() throws IOException {
    RecordDecoder decoder =
        open(
            AvroRecordFormat.ofPlain(
                null, new SchemaChoice.OfFile(file("p.avsc", LONG)), List.of()),
            "x");
    assertThat(problemOfHex(decoder, "0e")).isNull();
    assertThat(decoder.values()).containsExactly(7L);
  }

  // CSV.

  @Test
  void csv_isOneRowOfNamedColumns() throws IOException {
    RecordDecoder decoder = open(new CsvRecordFormat(List.of("a", "b", "c"), ';'), "c", "a", "d");
    assertThat(problem(decoder, "1;2;\"x;\"\"y\"\"\"\r\n")).isNull();
    assertThat(decoder.values()).containsExactly("x;\"y\"", "1", null);
    assertThat(problem(decoder, ";;é")).isNull();
    assertThat(decoder.values()).containsExactly("é", null, null);
    assertThat(problem(decoder, "1;2")).isEqualTo("it has 2 fields (3 columns are named)");
    assertThat(problem(decoder, "1;2;3\n4;5;6")).isEqualTo("it holds more than one row");
    assertThat(problem(decoder, "")).isEqualTo("it holds no row");
    assertThat(problem(decoder, "1;2;\"3")).startsWith("not CSV");
    assertThat(problemOfHex(decoder, "313b323bff")).isNull();
    assertThat(decoder.values()[0]).isEqualTo(new Unreadable("text that is not UTF-8"));
    assertThatThrownBy(() -> new CsvRecordFormat(List.of("a", "a"), ','))
        .hasMessage("Cannot read CSV: a column is named twice");
  }

  // JSON Schema.

  @Test
  void json_thatBreaksItsSchemaIsRefusedByPathAndNotByValue() throws IOException {
    String schema =
        "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"type\":\"object\",\"required\":[\"amount\"],"
            + "\"properties\":{\"amount\":{\"type\":\"number\",\"maximum\":100,\"multipleOf\":0.01},"
            + "\"place\":{\"$ref\":\"#/definitions/place\"}},"
            + "\"definitions\":{\"place\":{\"properties\":{\"zip\":{\"enum\":[\"12345\"]}}}}}";
    RecordDecoder decoder = open(new CheckedJsonFormat(file("s.json", schema)), "amount");
    assertThat(problem(decoder, "{\"amount\":12.5,\"place\":{\"zip\":\"12345\"}}")).isNull();
    assertThat(decoder.values()[0]).asString().isEqualTo("12.5");
    assertThat(problem(decoder, "{\"amount\":\"secret\"}"))
        .isEqualTo("it breaks its schema at /amount (type)");
    assertThat(problem(decoder, "{\"amount\":1,\"place\":{\"zip\":\"secret\"}}"))
        .isEqualTo("it breaks its schema at /place/zip (enum)");
    assertThat(problem(decoder, "{}")).isEqualTo("it breaks its schema at its root (required)");
    assertThat(problem(decoder, "{\"amount\":1e1000000000}"))
        .isEqualTo("a number has too many digits");
    assertThat(problem(decoder, "{")).isEqualTo("not JSON");
  }

  @Test
  void jsonSchema_thatIsNoneOrElsewhereIsRefused() throws IOException {
    for (String text :
        List.of(
            "{",
            "[]",
            "{\"$schema\":\"http://example.org/own\"}",
            "{\"$ref\":\"http://127.0.0.1:1/schema.json\"}",
            "{\"properties\":{\"a\":{\"$ref\":\"file:///etc/passwd\"}}}",
            // One that could be read, were anything fetched.
            "{\"$ref\":\"" + Path.of(file("other.json", "{}")).toUri() + "\"}",
            "{\"$ref\":\"#/definitions/none\"}")) {
      String file = file("wrong.json", text);
      assertThatThrownBy(() -> new CheckedJsonFormat(file).fixedFor(List.of("t"), Part.VALUE))
          .as(text)
          .isInstanceOfSatisfying(
              ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_SOURCE))
          .hasMessageStartingWith("Cannot read by the schema file " + file + ": it");
    }
  }
}
