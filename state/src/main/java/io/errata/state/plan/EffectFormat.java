package io.errata.state.plan;

import static org.apache.parquet.schema.Type.Repetition.REQUIRED;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;

/** Suppressed effects in a Parquet file. */
final class EffectFormat implements EntryFormat<EffectEntry> {
  private static final MessageType SCHEMA =
      new MessageType(
          "effect",
          TextColumns.of("key", REQUIRED),
          TextColumns.of("event_id", REQUIRED),
          TextColumns.of("worker", REQUIRED),
          TextColumns.of("kind", REQUIRED),
          TextColumns.of("target", REQUIRED),
          TextColumns.of("detail", REQUIRED));

  @Override
  public MessageType schema() {
    return SCHEMA;
  }

  @Override
  public void write(EffectEntry entry, Group record) {
    record.add("key", entry.key());
    record.add("event_id", entry.eventId());
    record.add("worker", entry.worker());
    record.add("kind", entry.kind());
    record.add("target", entry.target());
    record.add("detail", entry.detail());
  }

  @Override
  public EffectEntry read(Group record) {
    return new EffectEntry(
        record.getString("key", 0),
        record.getString("event_id", 0),
        record.getString("worker", 0),
        record.getString("kind", 0),
        record.getString("target", 0),
        record.getString("detail", 0));
  }
}
