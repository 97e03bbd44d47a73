package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.spec.SpecParser;
import io.errata.servers.KafkaServer;
import io.errata.state.plan.PlanDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Which events of a topic are taken: by what they say themselves, by the key and the headers of
 * their records, by a list of keys, or as the first of them.
 */
class KafkaSelectionIT {
  private static final KafkaServer KAFKA = KafkaServer.shared();
  private static final Instant NOON = Instant.parse("2024-06-10T12:00:00Z");
  private static final int EVENTS = 12;
  private static final List<String> USERS = List.of("ann", "bob", "cid");

  @TempDir private Path folder;
  private String topic = "";

  @BeforeEach
  void send() throws Exception {
    topic = KAFKA.createTopic(2, Map.of());
    Files.writeString(folder.resolve("seen.csv"), "id,events\n");
    try (Producer<byte[], byte[]> producer = KAFKA.producer(Map.of())) {
      List<Future<?>> sent = new ArrayList<>();
      for (int i = 0; i < EVENTS; i++) {
        sent.add(producer.send(record(i, NOON.plus(Duration.ofMinutes(2 * i)))));
      }
      for (Future<?> each : sent) {
        each.get();
      }
    }
  }

  /** Event 0 is of noon, and each of two minutes after the one before. */
  private ProducerRecord<byte[], byte[]> record(int number, Instant stamped) {
    String user = USERS.get(number % 3);
    String value =
        String.format(
            Locale.ROOT,
            "{\"id\":\"e%d\",\"ts\":\"%s\",\"type\":\"%s\",\"status\":\"%s\",\"user\":\"%s\",\"amount\":%d}",
            number,
            NOON.plus(Duration.ofMinutes(2 * number)),
            number % 2 == 0 ? "payment" : "refund",
            number % 4 == 0 ? "open" : "done",
            user,
            number);
    RecordHeaders headers = new RecordHeaders();
    headers.add("correlation", bytes("c" + number / 2));
    headers.add("source", bytes(number < 6 ? "web" : "app"));
    return new ProducerRecord<>(
        topic, number % 2, stamped.toEpochMilli(), bytes(user), bytes(value), headers);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private PlanDirectory plan(String... overrides) throws IOException {
    Path file = folder.resolve("spec.yaml");
    Files.writeString(
        file,
        """
        name: selection
        window: { from: 2024-06-10T12:00:00Z, to: 2024-06-10T13:00:00Z }
        events:
          kafka: { brokers: "%s", topic: %s, format: json }
          fields: { id: id, time: ts, type: type }
        worker:
          aggregate: { key: { id: id }, columns: { events: count() } }
        table:
          csv: { path: seen.csv, types: { events: long } }
          key: [id]
        """
            .formatted(KAFKA.brokers(), topic));
    return Runs.plan(
        SpecParser.parse(file, List.of(overrides)), new PlannerOptions(2, InputOrder.AS_READ));
  }

  private static List<String> events(PlanDirectory plan) {
    return Runs.corrections(plan).keySet().stream()
        .map(key -> key.substring(1, key.length() - 1))
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "filter.type=[refund] | e1 e11 e3 e5 e7 e9",
        "filter.where=status = 'open' | e0 e4 e8",
        "filter.where=ts >= timestamp '2024-06-10T12:18:00Z' | e10 e11 e9",
        "filter.where=user = 'ann' | e0 e3 e6 e9",
        "filter.where=kafka.key = 'ann' | e0 e3 e6 e9",
        "filter.where=kafka.headers.correlation = 'c3' | e6 e7",
        "filter.where=kafka.headers.source = 'web' and amount > 3 | e4 e5",
        "filter.where=kafka.headers.source = 'app' or status = 'open' | e0 e10 e11 e4 e6 e7 e8 e9",
        "filter.where=kafka.headers.other is null and kafka.partition = 1 | e1 e11 e3 e5 e7 e9"
      })
  void selection_isByWhatAnEventAndItsRecordSay(String filter, String expected) throws Exception {
    PlanDirectory plan = plan(filter);
    List<String> wanted = List.of(expected.split(" "));
    assertThat(events(plan)).containsExactlyInAnyOrderElementsOf(wanted);
    assertThat(plan.manifest().events().read()).isEqualTo(EVENTS);
    assertThat(plan.manifest().events().inWindow()).isEqualTo(EVENTS);
    assertThat(plan.manifest().events().filtered()).isEqualTo(EVENTS - wanted.size());
    assertThat(plan.manifest().events().used()).isEqualTo(wanted.size());
    assertThat(plan.manifest().coverage().complete()).isTrue();
  }

  @Test
  void listOfKeys_andTheFirstEvents_areTakenOfTopicsOfAPattern() throws Exception {
    Files.write(folder.resolve("keys.csv"), List.of("id", "e3", "e8", "nobody"));
    String pattern = "events.kafka={ brokers: \"%s\", topic-pattern: \"%s\", format: json }";
    String matching = pattern.formatted(KAFKA.brokers(), topic + "|none-of-" + topic);
    assertThat(events(plan(matching, "filter.keys.file=keys.csv"))).containsExactly("e3", "e8");
    assertThat(events(plan(matching, "filter.first=2"))).containsExactly("e0", "e1");
  }

  /** Their own times lie in the window too; the records' don't, or the other way round. */
  @Test
  void window_canBeOfTheRecordsTimestamps() throws Exception {
    Instant before = NOON.minus(Duration.ofHours(3));
    try (Producer<byte[], byte[]> producer = KAFKA.producer(Map.of())) {
      producer.send(record(20, before)).get();
      producer.send(record(21, NOON.plus(Duration.ofMinutes(59)))).get();
      producer.send(record(50, NOON.plus(Duration.ofMinutes(30)))).get();
      producer.send(record(22, NOON.plus(Duration.ofHours(1)))).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
    assertThat(events(plan("events.fields.time=kafka.timestamp", "filter.where=amount > 9")))
        .containsExactlyInAnyOrder("e10", "e11", "e21", "e50");
  }
}
