package io.errata.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Events in files and a table of totals by user, most of them wrong: what is planned on a cluster.
 */
final class ClusterCase implements AutoCloseable {
  private static final int EVENTS = 4_000;
  private static final int LARGE_EVENTS = 20_000;
  private static final int FILES = 16;

  private final Path folder;
  private final Database database;

  private ClusterCase(Path folder, Database database) {
    this.folder = folder;
    this.database = database;
  }

  static ClusterCase create(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("archive"));
    Instant start = Instant.parse("2024-06-10T00:00:00Z");
    for (int f = 0; f < FILES; f++) {
      List<String> lines = new ArrayList<>();
      for (int i = f; i < EVENTS; i += FILES) {
        lines.add(
            "{\"id\":\"e%d\",\"ts\":\"%s\",\"user\":\"u%d\",\"amount\":%d}"
                .formatted(i, start.plusSeconds(i), i * 7 % 100, i % 13));
      }
      Files.write(folder.resolve("archive/part-" + f + ".jsonl"), lines);
    }
    Database database = Database.create();
    database.execute("CREATE TABLE totals (name text PRIMARY KEY, total bigint)");
    database.execute("INSERT INTO totals SELECT 'u' || i, 240 FROM generate_series(1, 120) i");
    return new ClusterCase(folder, database);
  }

  /** Adds events with long ids, a few megabytes of them. */
  void addLargeEvents() throws IOException {
    Instant start = Instant.parse("2024-06-10T12:00:00Z");
    String padding = "-".repeat(200);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < LARGE_EVENTS; i++) {
      lines.add(
          "{\"id\":\"e%s%d\",\"ts\":\"%s\",\"user\":\"u%d\",\"amount\":%d}"
              .formatted(padding, i, start.plusSeconds(i), i * 7 % 100, i % 13));
    }
    Files.write(folder.resolve("archive/part-large.jsonl"), lines);
  }

  /** Adds an event of a user of some name. */
  void addUser(String name) throws IOException {
    Files.writeString(
        folder.resolve("archive/part-user.jsonl"),
        "{\"id\":\"of a user\",\"ts\":\"2024-06-10T12:00:00Z\",\"user\":\"%s\",\"amount\":3}\n"
            .formatted(name));
  }

  /** A spec whose plans lie in a folder. */
  SpecDraft draft(String plans) {
    return SpecDraft.of(database, folder.resolve(plans))
        .window("2024-06-10T00:00:00Z", "2024-06-11T00:00:00Z")
        .archive(folder.resolve("archive"), "", "jsonl")
        .set("events.fields.id", "id")
        .set("events.fields.time", "ts")
        .set("events.fields.types", Map.of("amount", "long"))
        .aggregate(Map.of("name", "user"), Map.of("total", "sum(amount)"))
        .table("totals", List.of("name"), List.of("total"))
        .set("table.owns", "true");
  }

  Database database() {
    return database;
  }

  /** The path of a spec, as text. */
  String write(SpecDraft draft) throws IOException {
    return Files.writeString(Files.createTempFile(folder, "spec", ".yaml"), draft.text())
        .toString();
  }

  @Override
  public void close() {
    database.close();
  }
}
