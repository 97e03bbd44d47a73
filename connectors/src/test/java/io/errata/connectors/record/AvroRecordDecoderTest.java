package io.errata.connectors.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.read.ContentException;
import io.errata.connectors.registry.RegistryOptions;
import io.errata.connectors.registry.SchemaRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The bytes of the wire format, and what becomes of those that aren't in it. */
class AvroRecordDecoderTest {
  /** The id that nobody can be asked about. */
  private static final Integer DOWN = 5;

  private static final Schema INT = schema("\"int\"");
  private static final Schema LONG = schema("\"long\"");
  private static final Schema TEXT = schema("\"string\"");

  private final List<Object> asked = new ArrayList<>();
  private final AvroRecordDecoder decoder =
      new AvroRecordDecoder(
          new Known(Map.of(1, INT, 258, LONG, 3, TEXT)), Map.of("payments", LONG), List.of("x"));

  private static Schema schema(String type) {
    return new Schema.Parser()
        .parse(
            "{\"type\":\"record\",\"name\":\"P\",\"fields\":[{\"name\":\"x\",\"type\":"
                + type
                + "}]}");
  }

  /** The wire format, with the schemas at hand. */
  private final class Known implements AvroFraming {
    // Never asked: nothing listens on port 1.
    private final RegistryFraming framing =
        new RegistryFraming(new SchemaRegistry(RegistryOptions.of("http://127.0.0.1:1")));
    private final Map<Integer, Schema> schemas;

    Known(Map<Integer, Schema> schemas) {
      this.schemas = schemas;
    }

    @Override
    public Object key(byte[] data, int offset, int length, ConsumerRecord<?, ?> from)
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
      asked.add(key);
      if (key.equals(DOWN)) {
        throw new ErrataException(ErrorCode.UNAVAILABLE, "Cannot ask", "Try again.");
      }
      if (!schemas.containsKey(key)) {
        throw new ContentException("nobody knows it");
      }
      return schemas.get(key);
    }
  }

  private String problem(String hex) throws IOException {
    Fetched data = Fetched.of(HexFormat.of().parseHex(hex));
    return decoder.decode(
        data.piece(),
        data.offset(),
        data.length(),
        new ConsumerRecord<>("payments", 0, 0, null, null));
  }

  private Object value(String hex) throws IOException {
    assertThat(problem(hex)).isNull();
    return decoder.values()[0];
  }

  @Test
  void record_isReadByItsOwnSchema() throws IOException {
    assertThat(value("00" + "00000001" + "0e")).isEqualTo(7L);
    assertThat(value("00" + "00000102" + "ffffffffffffffffff01")).isEqualTo(Long.MIN_VALUE);
    assertThat(value("00" + "00000001" + "01")).isEqualTo(-1L);
    assertThat(asked).containsExactly(1, 258);
  }

  @Test
  void record_thatIsNotInTheFormatIsRefused() throws IOException {
    assertThat(problem("7b22"))
        .isEqualTo("its first byte is 123 and not 0: it is not in the format of a schema registry");
    assertThat(problem("ff00000001")).startsWith("its first byte is 255");
    assertThat(problem("")).isEqualTo("it is cut off: 0 bytes hold no schema id");
    assertThat(problem("00000000")).isEqualTo("it is cut off: 4 bytes hold no schema id");
  }

  @Test
  void record_whoseValueIsNotItsSchemasIsRefusedWithTheId() throws IOException {
    assertThat(problem("0000000001")).isEqualTo("schema id 1: a value reaches beyond its end");
    assertThat(problem("0000000001ff")).isEqualTo("schema id 1: a value reaches beyond its end");
    assertThat(problem("0000000001feffffffff0f"))
        .isEqualTo("schema id 1: a number is out of range");
    assertThat(problem("00000000010e00"))
        .isEqualTo("schema id 1: it has more bytes than its schema tells of");
  }

  @Test
  void record_ofASchemaThatNobodyKnows_isRefusedWithTheId() throws IOException {
    assertThat(problem("00000000090e")).isEqualTo("schema id 9: nobody knows it");
    assertThat(problem("00ffffffff0e")).isEqualTo("schema id -1: nobody knows it");
    assertThat(problem("00000000090e")).isEqualTo("schema id 9: nobody knows it");
    assertThat(asked).containsExactly(9, -1);
  }

  @Test
  void record_ofASchemaThatDoesNotFitIsRefusedWithTheId() throws IOException {
    assertThat(problem("00000000030261"))
        .isEqualTo(
            "schema id 3: its schema doesn't fit the reader's: x is written as string, wanted as long");
  }

  /** It stops the plan: nobody knows whether the record can be read. */
  @Test
  void record_thatNobodyCanBeAskedAbout_isNotRefused() {
    assertThatThrownBy(() -> problem("00000000050e"))
        .isInstanceOfSatisfying(
            ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
  }

  @Test
  void value_ofARecordBeforeIsForgotten() throws IOException {
    assertThat(value("00000000010e")).isEqualTo(7L);
    assertThat(problem("0000000001")).isNotNull();
    assertThat(decoder.values()).containsExactly((Object) null);
  }
}
