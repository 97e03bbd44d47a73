package io.errata.jobs.demo;

/** The spec that the demo leaves, with a word about each part. */
final class DemoSpec {
  private static final String ARCHIVE =
      "  # Folders by the hour of arrival. An event may lie in a neighbouring one, up to slack away from its time.\n"
          + "  archive: { path: events, layout: \"date=%Y-%m-%d/hour=%H\", format: parquet, slack: PT1H }\n";

  private DemoSpec() {}

  /** Where the events are read. */
  sealed interface Source {
    /** The archive beside the spec. */
    record Archive() implements Source {}

    /** The topic of the demo's broker. */
    record Topic(String brokers, String registry) implements Source {}

    /** Both. */
    record Both(Topic topic) implements Source {}
  }

  private static String yaml(Source source) {
    if (source instanceof Source.Topic topic) {
      return "  # Records have the time of arrival as timestamp, up to slack away from the event's own time.\n"
          + "  kafka: { brokers: \""
          + topic.brokers()
          + "\", topic: "
          + DemoTopic.NAME
          + ", format: avro, registry: \""
          + topic.registry()
          + "\", slack: PT1H }\n";
    }
    return source instanceof Source.Both both ? yaml(both.topic()) + ARCHIVE : ARCHIVE;
  }

  /**
   * @param file its name, for its own first line
   * @param jdbc the fields of {@code table.jdbc}, in YAML's flow style
   * @param table its name
   */
  static String text(String file, Source source, String jdbc, String table) {
    return """
        # What errata demo works with. Change it and see: errata check %3$s, errata plan %3$s
        name: demo-2024-06-10

        # The bug ran for half an hour. A row of the table is a user's whole day, so the plan widens this to the day.
        window: { from: 2024-06-10T12:00:00Z, to: 2024-06-10T12:30:00Z }

        events:
        %4$s  fields: { id: event_id, time: ts, type: type, sequence: [sequence] }

        # Logins are among the events as well; they have no amount.
        filter: { type: [payment, refund] }

        # What a row should be, from its events. Sums are exact; an event that was delivered twice counts once.
        worker:
          aggregate:
            key: { user_id: user_id, day: "day(ts, UTC)" }
            columns:
              total: sum(case when type = 'refund' then 0 - amount else amount end)
              events: count()

        table:
          jdbc: %1$s
          name: %2$s
          key: [user_id, day]
          compare: [total, events]
          # Rows of this day answer to the events: one that no event makes is deleted. Rows of other days are never touched.
          owns: "day = date '2024-06-10'"
          # Written with a correction, but not compared.
          set: { updated_at: "now()" }

        # A plan that goes beyond these is written, but not applied.
        limits: { corrections: 25%%, deletes: 20, quarantine: 0 }

        # Where a row has changed since the plan: write nothing. The other choice is skip.
        conflicts: abort
        """
        .formatted(jdbc, table, file, yaml(source));
  }
}
