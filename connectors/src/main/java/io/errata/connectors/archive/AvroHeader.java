package io.errata.connectors.archive;

import io.errata.connectors.avro.AvroSchema;
import io.errata.connectors.read.ContentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;

/**
 * The start of an Avro container file.
 *
 * <p>Format: Apache Avro 1.11 specification, "Object Container Files".
 */
record AvroHeader(Schema schema, String codec, byte[] sync) {
  static final int SYNC_SIZE = 16;

  private static final int MAX_ENTRIES = 10_000;

  /** A schema of a hundred thousand fields is smaller. */
  private static final int MAX_BYTES = 16 << 20;

  static AvroHeader read(AvroStream in) throws IOException {
    if (in.next() != 'O' || in.next() != 'b' || in.next() != 'j' || in.next() != 1) {
      throw new ContentException("not an Avro file");
    }
    Map<String, byte[]> entries = new HashMap<>();
    for (long count = in.nextLong(); count != 0; count = in.nextLong()) {
      if (count < 0) {
        in.nextLong(); // the size in bytes, for those who skip
        count = -count;
      }
      if (count < 0 || count > MAX_ENTRIES) {
        throw new ContentException("its header is broken");
      }
      for (long i = 0; i < count; i++) {
        String name = new String(entry(in), StandardCharsets.UTF_8);
        entries.put(name, entry(in));
      }
    }
    return new AvroHeader(
        schema(entries), text(entries, "avro.codec", "null"), in.nextBytes(SYNC_SIZE));
  }

  private static byte[] entry(AvroStream in) throws IOException {
    long length = in.nextLong();
    if (in.position() + length > MAX_BYTES) {
      throw new ContentException("its header has more than " + (MAX_BYTES >> 20) + " MiB");
    }
    return in.nextBytes(length);
  }

  private static Schema schema(Map<String, byte[]> entries) throws ContentException {
    try {
      return AvroSchema.parse(text(entries, "avro.schema", ""));
    } catch (ContentException e) {
      throw new ContentException("its schema can't be read", e);
    }
  }

  private static String text(Map<String, byte[]> entries, String name, String otherwise) {
    return new String(
        entries.getOrDefault(name, otherwise.getBytes(StandardCharsets.UTF_8)),
        StandardCharsets.UTF_8);
  }
}
