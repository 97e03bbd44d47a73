package io.errata.state.plan;

import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;
import static org.apache.parquet.schema.Type.Repetition.OPTIONAL;
import static org.apache.parquet.schema.Type.Repetition.REQUIRED;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/** Quarantined events in a Parquet file. */
final class QuarantineFormat implements EntryFormat<QuarantineEntry> {
  private static final MessageType SCHEMA =
      new MessageType(
          "quarantine",
          TextColumns.of("key", OPTIONAL),
          TextColumns.of("key_form", OPTIONAL),
          TextColumns.of("event_id", OPTIONAL),
          TextColumns.of("source", REQUIRED),
          Types.required(INT64).named("offset"),
          TextColumns.of("reason", REQUIRED));

  @Override
  public MessageType schema() {
    return SCHEMA;
  }

  @Override
  public void write(QuarantineEntry entry, Group record) {
    TextColumns.write(record, "key", entry.key());
    TextColumns.write(record, "key_form", entry.keyForm());
    TextColumns.write(record, "event_id", entry.eventId());
    record.add("source", entry.source());
    record.add("offset", entry.offset());
    record.add("reason", entry.reason());
  }

  @Override
  public QuarantineEntry read(Group record) {
    return new QuarantineEntry(
        TextColumns.read(record, "key"),
        TextColumns.read(record, "key_form"),
        TextColumns.read(record, "event_id"),
        record.getString("source", 0),
        record.getLong("offset", 0),
        record.getString("reason", 0));
  }
}
