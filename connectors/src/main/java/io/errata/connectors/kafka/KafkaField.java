package io.errata.connectors.kafka;

import io.errata.api.ColumnType;
import java.util.Optional;

/**
 * A field that every record has, whatever its value holds. Its name begins with {@code kafka.} or
 * {@code kafka_}: archives that keep where their events lay have such columns, so that one spec
 * reads both. A field of the value with the same name can't be read.
 *
 * @param kind which one
 * @param name of the header, or the path within the key; empty for the others
 */
record KafkaField(Kind kind, String name) {
  /** What there is. */
  enum Kind {
    TOPIC("topic", ColumnType.TEXT),
    PARTITION("partition", ColumnType.INT),
    OFFSET("offset", ColumnType.LONG),
    TIMESTAMP("timestamp", ColumnType.TIMESTAMP),
    /** Whether the value is null: a delete of the key, in a compacted topic. */
    TOMBSTONE("tombstone", ColumnType.BOOLEAN),
    /** The whole key: text, or bytes where it is wanted as such. */
    KEY("key", ColumnType.TEXT),
    /** A field of the key. */
    KEY_FIELD("key.", ColumnType.TEXT),
    /** The last header of a name: text, or bytes where it is wanted as such. */
    HEADER("headers.", ColumnType.TEXT);

    private final String text;
    private final ColumnType type;

    Kind(String text, ColumnType type) {
      this.text = text;
      this.type = type;
    }

    ColumnType type() {
      return type;
    }
  }

  /** The field that a path names, where it names one. */
  static Optional<KafkaField> of(String path) {
    if (!path.startsWith("kafka.") && !path.startsWith("kafka_")) {
      return Optional.empty();
    }
    String rest = path.substring("kafka.".length());
    for (Kind kind : Kind.values()) {
      boolean named = kind == Kind.KEY_FIELD || kind == Kind.HEADER;
      if (!named && rest.equals(kind.text)) {
        return Optional.of(new KafkaField(kind, ""));
      }
      if (named && rest.startsWith(kind.text) && rest.length() > kind.text.length()) {
        return Optional.of(new KafkaField(kind, rest.substring(kind.text.length())));
      }
    }
    return Optional.empty();
  }
}
