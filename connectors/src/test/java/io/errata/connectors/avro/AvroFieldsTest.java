package io.errata.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.Bytes;
import io.errata.connectors.event.Unreadable;
import io.errata.connectors.read.ContentException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values written with one schema become those of another by Avro's rules, or are refused. */
class AvroFieldsTest {
  private static Schema record(String fields) {
    return new Schema.Parser()
        .setValidateDefaults(false)
        .parse("{\"type\":\"record\",\"name\":\"Payment\",\"fields\":[" + fields + "]}");
  }

  private static Schema one(String type) {
    return record("{\"name\":\"x\",\"type\":" + type + "}");
  }

  private static byte[] written(Schema schema, Map<String, Object> fields) throws IOException {
    GenericRecord record = new GenericData.Record(schema);
    fields.forEach(record::put);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(schema).write(record, out);
    return bytes.toByteArray();
  }

  private static Object[] read(Schema writer, Schema reader, byte[] bytes, String... paths)
      throws IOException {
    Object[] values = new Object[paths.length];
    AvroBlock in = new AvroBlock(bytes, 0, bytes.length);
    AvroFields.of(writer, reader, List.of(paths)).read(in, values);
    assertThat(in.isAtEnd()).isTrue();
    return values;
  }

  private static Object converted(String writer, String reader, Object value) throws IOException {
    Schema from = one(writer);
    return read(from, one(reader), written(from, Map.of("x", value)), "x")[0];
  }

  @Test
  void field_thatWasAddedHasItsDefault() throws IOException {
    Schema writer = one("\"int\"");
    Schema reader =
        record(
            "{\"name\":\"currency\",\"type\":\"string\",\"default\":\"EUR\"},"
                + "{\"name\":\"x\",\"type\":\"int\"},"
                + "{\"name\":\"day\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"},\"default\":1},"
                + "{\"name\":\"note\",\"type\":[\"null\",\"string\"],\"default\":null},"
                + "{\"name\":\"meta\",\"type\":{\"type\":\"record\",\"name\":\"Meta\",\"fields\":"
                + "[{\"name\":\"source\",\"type\":\"string\"}]},\"default\":{\"source\":\"web\"}}");
    assertThat(
            read(
                writer,
                reader,
                written(writer, Map.of("x", 7)),
                "meta.source",
                "note",
                "x",
                "currency",
                "day"))
        .containsExactly("web", null, 7, "EUR", LocalDate.ofEpochDay(1));
  }

  @Test
  void field_thatWasRemovedIsSteppedOver() throws IOException {
    Schema writer =
        record(
            "{\"name\":\"old\",\"type\":{\"type\":\"map\",\"values\":\"string\"}},"
                + "{\"name\":\"x\",\"type\":\"int\"}");
    byte[] bytes = written(writer, Map.of("old", Map.of("a", "b"), "x", 7));
    assertThat(read(writer, one("\"int\""), bytes, "x")).containsExactly(7);
  }

  @Test
  void field_isFoundByItsAlias() throws IOException {
    Schema writer =
        record("{\"name\":\"value\",\"type\":\"int\"},{\"name\":\"y\",\"type\":\"int\"}");
    Schema reader =
        record(
            "{\"name\":\"y\",\"type\":\"int\"},"
                + "{\"name\":\"amount\",\"aliases\":[\"value\"],\"type\":\"long\"}");
    byte[] bytes = written(writer, Map.of("value", 7, "y", 8));
    assertThat(read(writer, reader, bytes, "amount", "y")).containsExactly(7L, 8);
  }

  @Test
  void promotion_givesTheReadersType() throws IOException {
    assertThat(converted("\"int\"", "\"long\"", 7)).isEqualTo(7L);
    assertThat(converted("\"int\"", "\"float\"", 16_777_217)).isEqualTo(16_777_217.0);
    assertThat(converted("\"int\"", "\"double\"", 7)).isEqualTo(7.0);
    assertThat(converted("\"long\"", "\"double\"", 1L << 53)).isEqualTo(0x1p53);
    assertThat(converted("\"float\"", "\"double\"", 0.5f)).isEqualTo(0.5);
    assertThat(converted("\"string\"", "\"bytes\"", "é"))
        .isEqualTo(Bytes.of("é".getBytes(StandardCharsets.UTF_8)));
    assertThat(
            converted(
                "\"bytes\"", "\"string\"", ByteBuffer.wrap("é".getBytes(StandardCharsets.UTF_8))))
        .isEqualTo("é");
  }

  @Test
  void promotion_thatIsNotExactIsNoValue() throws IOException {
    assertThat(converted("\"long\"", "\"double\"", (1L << 53) + 1))
        .isEqualTo(new Unreadable("a number that floating point has not exactly"));
    assertThat(
            converted("\"bytes\"", "\"string\"", ByteBuffer.wrap(new byte[] {(byte) 0xC3, 0x28})))
        .isEqualTo(new Unreadable("text that is not UTF-8"));
  }

  @Test
  void null_isReadWhereTheReaderHasIt() throws IOException {
    Schema writer = one("[\"null\",\"int\"]");
    Schema reader = one("[\"long\",\"null\"]");
    Schema strict = one("\"long\"");
    byte[] some = written(writer, Map.of("x", 7));
    byte[] none = written(writer, Map.of());
    assertThat(read(writer, reader, some, "x")).containsExactly(7L);
    assertThat(read(writer, reader, none, "x")).containsExactly((Object) null);
    assertThat(read(writer, strict, some, "x")).containsExactly(7L);
    assertThatThrownBy(() -> read(writer, strict, none, "x"))
        .isInstanceOf(ContentException.class)
        .hasMessage("a union's value is of a type that the reader's schema lacks");
  }

  @Test
  void unit_isTheWritersAndMeaningTheReaders() throws IOException {
    String millis = "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}";
    String micros = "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}";
    Instant second = Instant.ofEpochSecond(1);
    assertThat(converted(millis, micros, 1_000L)).isEqualTo(second);
    assertThat(converted(micros, millis, 1_000_000L)).isEqualTo(second);
    assertThat(converted("\"long\"", millis, 1_000L)).isEqualTo(second);
    assertThat(converted("\"int\"", millis, 1_000)).isEqualTo(second);
    assertThat(converted(millis, "\"long\"", 1_000L)).isEqualTo(1_000L);
  }

  @Test
  void decimal_hasTheWritersScale() throws IOException {
    String two = "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}";
    String four = "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":4}";
    ByteBuffer unscaled = ByteBuffer.wrap(BigInteger.valueOf(1_250).toByteArray());
    assertThat((BigDecimal) converted(two, four, unscaled.duplicate()))
        .isEqualByComparingTo("12.5");
    assertThat((BigDecimal) converted("\"bytes\"", four, unscaled.duplicate()))
        .isEqualByComparingTo("0.125");
  }

  @Test
  void uuid_isTextOrNot() throws IOException {
    UUID uuid = UUID.fromString("0b2f6b0a-7c1e-4d57-9c53-3d8f3a3a7f11");
    String logical = "{\"type\":\"string\",\"logicalType\":\"uuid\"}";
    assertThat(converted("\"string\"", logical, uuid.toString())).isEqualTo(uuid);
    assertThat(converted(logical, "\"string\"", uuid.toString())).isEqualTo(uuid.toString());
  }

  @Test
  void enum_isReadByItsSymbol() throws IOException {
    String old = "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\",\"C\"]}";
    String now = "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"B\",\"A\"]}";
    String all = "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"Z\",\"A\"],\"default\":\"Z\"}";
    GenericData.EnumSymbol b = new GenericData.EnumSymbol(one(old).getField("x").schema(), "B");
    GenericData.EnumSymbol c = new GenericData.EnumSymbol(one(old).getField("x").schema(), "C");
    assertThat(converted(old, now, b)).isEqualTo("B");
    assertThat(converted(old, all, b)).isEqualTo("Z");
    assertThat(converted(old, now, c))
        .isEqualTo(
            new Unreadable("a symbol that the reader's schema lacks, and has no default for"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"string\"|\"int\"|x is written as string, wanted as int",
        "\"long\"|\"int\"|x is written as long, wanted as int",
        "[\"null\",\"string\"]|[\"null\",\"int\"]|x is written as string, wanted as one of several types",
        "{\"type\":\"int\",\"logicalType\":\"date\"}|{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"
            + "|x is written as int date, wanted as long timestamp-millis",
        "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4}|{\"type\":\"fixed\",\"name\":\"F\",\"size\":5}|x is of another size"
      })
  void schema_thatDoesNotFitIsRefusedByField(String writer, String reader, String reason) {
    assertThatThrownBy(() -> AvroFields.of(one(writer), one(reader), List.of("x")))
        .isInstanceOf(ContentException.class)
        .hasMessage("its schema doesn't fit the reader's: " + reason);
  }

  @Test
  void schema_withoutARequiredFieldIsRefused() {
    assertThatThrownBy(
            () ->
                AvroFields.of(
                    one("\"int\""),
                    record("{\"name\":\"x\",\"type\":\"int\"},{\"name\":\"y\",\"type\":\"int\"}"),
                    List.of("x")))
        .hasMessage(
            "its schema doesn't fit the reader's: without the field y, which has no default");
  }

  @Test
  void schema_ofAnotherNameIsRefused_butForAnAlias() throws IOException {
    Schema refund =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"Refund\",\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}");
    assertThatThrownBy(() -> AvroFields.of(refund, one("\"int\""), List.of("x")))
        .hasMessage(
            "its schema doesn't fit the reader's: it is a Refund, and the reader's a Payment");
    Schema known =
        new Schema.Parser()
            .parse(
                "{\"type\":\"record\",\"name\":\"Payment\",\"aliases\":[\"Refund\"],"
                    + "\"fields\":[{\"name\":\"x\",\"type\":\"int\"}]}");
    assertThat(read(refund, known, written(refund, Map.of("x", 7)), "x")).containsExactly(7);
  }

  @Test
  void value_thatIsNoneHasNoValue() throws IOException {
    Schema schema = one("{\"type\":\"array\",\"items\":\"int\"}");
    byte[] bytes = written(schema, Map.of("x", List.of(1, 2)));
    assertThat(read(schema, schema, bytes, "x", "x.y", "z"))
        .containsExactly(new Unreadable("a structure, not a value"), null, null);
  }

  /** A record isn't whole only because nobody asks for the field that is broken. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type':'enum','name':'K','symbols':['A','B']} | 04 | an enum's value is not one of its symbols",
        "{'type':'enum','name':'K','symbols':['A','B']} | 01 | an enum's value is not one of its symbols",
        "'int' | feffffffffff01 | a number is out of range",
        "'boolean' | 02 | a boolean is neither true nor false"
      },
      quoteCharacter = '`')
  void value_thatIsSteppedOver_mustBeOneAllTheSame(String type, String hex, String problem)
      throws IOException {
    Schema writer =
        record(
            "{\"name\":\"y\",\"type\":"
                + type.replace('\'', '"')
                + "},{\"name\":\"x\",\"type\":\"int\"}");
    AvroFields fields = AvroFields.of(writer, one("\"int\""), List.of("x"));
    byte[] bytes = HexFormat.of().parseHex(hex + "0e");
    AvroBlock in = new AvroBlock(bytes, 0, bytes.length);
    assertThatThrownBy(() -> fields.read(in, new Object[1]))
        .isInstanceOf(ContentException.class)
        .hasMessage(problem);
  }

  @Test
  void schema_ofItselfInItself_isReadAsDeepAsThePathGoes() throws IOException {
    Schema schema =
        record(
            "{\"name\":\"x\",\"type\":\"int\"},{\"name\":\"in\",\"type\":[\"null\",\"Payment\"]}");
    GenericRecord inner = new GenericData.Record(schema);
    inner.put("x", 8);
    byte[] bytes = written(schema, Map.of("x", 7, "in", inner));
    assertThat(read(schema, schema, bytes, "in.x", "in.in.x", "x")).containsExactly(8, null, 7);
  }

  /** What this reads is what Avro's own reader reads. */
  @Test
  void record_isReadAsAvroItselfDoes() throws IOException {
    Schema writer =
        record(
            "{\"name\":\"a\",\"type\":[\"int\",\"string\"]},"
                + "{\"name\":\"b\",\"type\":\"float\"},"
                + "{\"name\":\"c\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},"
                + "{\"name\":\"d\",\"type\":\"string\"}");
    Schema reader =
        record(
            "{\"name\":\"d\",\"type\":[\"null\",\"string\"]},"
                + "{\"name\":\"e\",\"type\":\"long\",\"default\":5},"
                + "{\"name\":\"b\",\"type\":\"double\"},"
                + "{\"name\":\"a\",\"type\":[\"string\",\"long\"]}");
    for (Object a : List.of(7, "seven")) {
      byte[] bytes = written(writer, Map.of("a", a, "b", 0.1f, "c", List.of("x"), "d", "text"));
      GenericRecord expected =
          new GenericDatumReader<GenericRecord>(writer, reader)
              .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
      Object[] values = read(writer, reader, bytes, "d", "e", "b", "a");
      for (int i = 0; i < values.length; i++) {
        assertThat(String.valueOf(values[i])).isEqualTo(String.valueOf(expected.get(i)));
      }
    }
  }
}
