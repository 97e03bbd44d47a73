package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.jobs.graph.PlanJob.InputOrder;
import io.errata.jobs.plan.PlanProgress;
import io.errata.jobs.plan.Planner;
import io.errata.jobs.plan.PlannerOptions;
import io.errata.jobs.spec.Spec;
import io.errata.jobs.spec.SpecParser;
import io.errata.servers.KafkaServer;
import io.errata.servers.RegistryServer;
import io.errata.state.plan.PlanDirectory;
import io.errata.state.plan.PlanManifest.ReadPart;
import io.errata.state.plan.QuarantineEntry;
import io.errata.testkit.RegistryProxy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Plans over records in Avro and other formats: a real broker, a real registry, real plans. */
class RecordFormatsIT {
  private static final KafkaServer KAFKA = KafkaServer.shared();
  private static final RegistryServer REGISTRY = RegistryServer.shared();
  private static final Instant NOON = Instant.parse("2024-06-10T12:00:00Z");

  private static final String TIME = "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}";
  private static final String FIRST =
      payment(
          field("id", "\"string\""),
          field("ts", TIME),
          field("name", "\"string\""),
          field("amount", "\"int\""),
          field("legacy", "{\"type\":\"array\",\"items\":\"long\"}"));
  private static final String SECOND =
      payment(
          field("id", "\"string\""),
          field("ts", TIME),
          field("name", "\"string\""),
          field("amount", "\"long\""));
  private static final String THIRD =
      payment(
          field("ts", TIME),
          field("id", "\"string\""),
          "{\"name\":\"currency\",\"type\":\"string\",\"default\":\"EUR\"}",
          "{\"name\":\"customer\",\"aliases\":[\"name\"],\"type\":\"string\"}",
          field("amount", "\"long\""));

  @TempDir private Path folder;
  private String topic = "";

  @BeforeEach
  void createTopic() throws IOException {
    topic = KAFKA.createTopic(2, Map.of("max.message.bytes", Integer.toString(20 << 20)));
    Files.writeString(folder.resolve("totals.csv"), "customer,currency,total,events\n");
  }

  private static String field(String name, String type) {
    return "{\"name\":\"%s\",\"type\":%s}".formatted(name, type);
  }

  private static String payment(String... fields) {
    return "{\"type\":\"record\",\"name\":\"Payment\",\"fields\":["
        + String.join(",", fields)
        + "]}";
  }

  /** A value in Avro's binary encoding, with as many of the fields as the schema has. */
  private static byte[] avro(String schema, Map<String, ?> fields) throws IOException {
    return avro(new Schema.Parser().parse(schema), fields);
  }

  private static byte[] avro(Schema parsed, Map<String, ?> fields) throws IOException {
    GenericRecord record = new GenericData.Record(parsed);
    fields.forEach(
        (name, value) -> {
          if (parsed.getField(name) != null) {
            record.put(name, value);
          }
        });
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BinaryEncoder out = EncoderFactory.get().directBinaryEncoder(bytes, null);
    new GenericDatumWriter<GenericRecord>(parsed).write(record, out);
    return bytes.toByteArray();
  }

  private static byte[] framed(int id, byte[] value) {
    return ByteBuffer.allocate(5 + value.length).put((byte) 0).putInt(id).put(value).array();
  }

  private static Map<String, Object> event(int number) {
    return Map.of(
        "id",
        "e" + number,
        "ts",
        NOON.plusSeconds(number).toEpochMilli(),
        "name",
        "c" + number % 3,
        "customer",
        "c" + number % 3,
        "currency",
        number % 7 == 0 ? "USD" : "EUR",
        "amount",
        1_000_000 + number,
        "legacy",
        List.of(1L, 2L));
  }

  private void send(int number, byte @Nullable [] key, byte @Nullable [] value) {
    send(topic, number, key, value);
  }

  private static void send(
      String topic, int number, byte @Nullable [] key, byte @Nullable [] value) {
    try (Producer<byte[], byte[]> producer = KAFKA.producer(Map.of())) {
      long time = NOON.plusSeconds(number).toEpochMilli();
      producer.send(new ProducerRecord<>(topic, number % 2, time, key, value)).get();
    } catch (ExecutionException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private String kafka(String more) {
    return "{ brokers: \"%s\", topic: %s, %s }".formatted(KAFKA.brokers(), topic, more);
  }

  private Spec spec(String source, String... overrides) throws IOException {
    Path file = folder.resolve("spec.yaml");
    Files.writeString(
        file,
        """
        name: records
        window: { from: 2024-06-10T12:00:00Z, to: 2024-06-10T13:00:00Z }
        events:
          %s
          fields: { id: id, time: ts }
        worker:
          aggregate:
            key: { customer: customer, currency: currency }
            columns: { total: sum(amount), events: count() }
        table:
          csv: { path: totals.csv, types: { total: decimal, events: long } }
          key: [customer, currency]
        """
            .formatted(source));
    return SpecParser.parse(file, List.of(overrides));
  }

  private static PlanDirectory plan(Spec spec) {
    return Runs.plan(spec, new PlannerOptions(2, InputOrder.AS_READ));
  }

  private PlanDirectory planAvro(String more, String... overrides) throws IOException {
    return plan(
        spec(
            "kafka: " + kafka("format: avro, registry: \"" + REGISTRY.url() + "\"" + more),
            overrides));
  }

  private static List<ReadPart> schemas(PlanDirectory plan) {
    return plan.manifest().coverage().inputs().stream()
        .filter(part -> part.input().startsWith("schema "))
        .toList();
  }

  /** The reason of each event in quarantine, by where it lay. */
  private static List<String> quarantine(PlanDirectory plan) {
    return Runs.quarantine(plan).stream()
        .map(
            (QuarantineEntry each) ->
                each.source()
                    + "@"
                    + each.offset()
                    + " "
                    + each.reason().replaceFirst("; its key can't be known.*", ""))
        .sorted()
        .toList();
  }

  @Test
  void threeVersions_areReadAsOne_andGiveThePlanOfJsonAndParquet() throws IOException {
    List<String> schemas = List.of(FIRST, SECOND, THIRD);
    List<Integer> ids = schemas.stream().map(s -> REGISTRY.register(topic + "-value", s)).toList();
    String json = KAFKA.createTopic(2, Map.of());
    List<String> lines = new ArrayList<>();
    List<Map<String, Object>> events = new ArrayList<>();
    for (int i = 1; i <= 30; i++) {
      // Only the last version has a currency.
      Map<String, Object> event = event(i);
      int version = event.get("currency").equals("USD") ? 2 : i % 3;
      send(i, null, framed(ids.get(version), avro(schemas.get(version), event)));
      lines.add(
          "{\"id\":\"%s\",\"ts\":%s,\"customer\":\"%s\",\"currency\":\"%s\",\"amount\":%s}"
              .formatted(
                  event.get("id"),
                  event.get("ts"),
                  event.get("customer"),
                  event.get("currency"),
                  event.get("amount")));
      send(json, i, null, lines.get(i - 1).getBytes(StandardCharsets.UTF_8));
      events.add(event);
    }
    writeParquet(folder.resolve("events.parquet"), events);

    PlanDirectory avro = planAvro("");
    assertThat(avro.manifest().events().used()).isEqualTo(30);
    assertThat(Runs.corrections(avro))
        .containsEntry("[c1, USD]", "insert [c1, USD, " + usd("c1") + "]")
        .hasSize(6);
    assertThat(schemas(avro))
        .singleElement()
        .satisfies(
            part -> {
              assertThat(part.input())
                  .isEqualTo("schema " + topic + "-value version 3 (id " + ids.get(2) + ")");
              assertThat(part.generation()).matches("sha256:[0-9a-f]{64}");
            });
    String avroTopic = topic;
    topic = json;
    PlanDirectory ofJson = plan(spec("kafka: " + kafka("format: json")));
    PlanDirectory ofParquet = plan(spec("archive: { path: events.parquet }"));
    topic = avroTopic;
    assertThat(ofJson.manifest().plan()).isEqualTo(avro.manifest().plan());
    assertThat(ofParquet.manifest().plan()).isEqualTo(avro.manifest().plan());
  }

  private static String usd(String customer) {
    long total = 0;
    int count = 0;
    for (int i = 1; i <= 30; i++) {
      if (event(i).get("currency").equals("USD") && event(i).get("customer").equals(customer)) {
        total += ((Number) event(i).get("amount")).longValue();
        count++;
      }
    }
    return total + ", " + count;
  }

  private static void writeParquet(Path file, List<Map<String, Object>> events) throws IOException {
    MessageType type =
        MessageTypeParser.parseMessageType(
            """
            message event {
              optional binary id (STRING);
              optional int64 ts (TIMESTAMP(MILLIS,true));
              optional binary customer (STRING);
              optional binary currency (STRING);
              optional int64 amount;
            }
            """);
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withType(type)
            .build()) {
      for (Map<String, Object> event : events) {
        Group group = new SimpleGroupFactory(type).newGroup();
        for (String name : List.of("id", "customer", "currency")) {
          group.append(name, (String) event.get(name));
        }
        group.append("ts", (Long) event.get("ts"));
        group.append("amount", ((Number) event.get("amount")).longValue());
        writer.write(group);
      }
    }
  }

  @Test
  void recordsThatCannotBeRead_areInQuarantineWithPositionAndId() throws IOException {
    int first = REGISTRY.register(topic + "-value", FIRST);
    int third = REGISTRY.register(topic + "-value", THIRD);
    int other =
        REGISTRY.register(
            topic + "-value-other",
            payment(field("id", "\"string\""), field("ts", TIME), field("amount", "\"string\"")));
    byte[] good = framed(third, avro(THIRD, event(0)));
    byte[] poison = new byte[10 << 20];
    Arrays.fill(poison, (byte) 0xFF);
    send(0, null, good);
    send(2, null, "{\"id\":\"e2\"}".getBytes(StandardCharsets.UTF_8));
    send(4, null, Arrays.copyOf(good, good.length - 3));
    send(6, null, framed(987_654, avro(FIRST, event(6))));
    send(
        8,
        null,
        framed(
            other,
            avro(
                payment(
                    field("id", "\"string\""), field("ts", TIME), field("amount", "\"string\"")),
                Map.of("id", "e8", "ts", NOON.toEpochMilli(), "amount", "12"))));
    send(10, null, framed(first, poison));
    send(12, new byte[] {1}, null);
    send(14, null, framed(third, avro(FIRST, event(14))));

    PlanDirectory plan = planAvro("");
    String value = "Cannot decode id (the id): the value can't be decoded (";
    assertThat(quarantine(plan))
        .containsExactly(
            topic
                + "-0@1 "
                + value
                + "its first byte is 123 and not 0: it is not in the format of a schema registry)",
            topic + "-0@2 " + value + "schema id " + third + ": a value reaches beyond its end)",
            topic
                + "-0@3 "
                + value
                + "schema id 987654: the schema registry "
                + REGISTRY.url()
                + " doesn't know it)",
            topic
                + "-0@4 "
                + value
                + "schema id "
                + other
                + ": its schema doesn't fit the reader's: without the field customer, which has no"
                + " default)",
            topic + "-0@5 " + value + "schema id " + first + ": a number has too many bytes)",
            topic
                + "-0@6 Cannot decode id (the id): the value is null (a tombstone), and neither"
                + " worker nor filter asks for kafka.tombstone",
            topic + "-0@7 " + value + "schema id " + third + ": a value reaches beyond its end)");
    assertThat(plan.manifest().events().rejected()).isEqualTo(7);
    assertThat(plan.manifest().corrections().insert()).isZero();
  }

  @Test
  void registry_thatIsDownWhenThePlanBegins_stopsIt() throws IOException {
    RegistryProxy proxy = RegistryProxy.before(REGISTRY);
    String url = proxy.url();
    proxy.close();
    Spec spec = spec("kafka: " + kafka("format: avro, registry: \"" + url + "\""));
    assertThatThrownBy(() -> plan(spec))
        .isInstanceOfSatisfying(
            ErrataException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
              assertThat(e)
                  .hasMessage(
                      "Cannot read the latest version of "
                          + topic
                          + "-value: the schema registry "
                          + url
                          + " can't be reached (ConnectException)");
            });
    assertNoPlan();
  }

  private void assertNoPlan() throws IOException {
    if (Files.exists(folder.resolve("plans"))) {
      try (Stream<Path> left = Files.walk(folder.resolve("plans"))) {
        assertThat(left.filter(Files::isRegularFile)).isEmpty();
      }
    }
  }

  /** Never are all events put in quarantine because nobody can be asked about them. */
  @Test
  @Timeout(120)
  void registry_thatGoesDownWhileEventsAreRead_stopsThePlan() throws IOException {
    int id = REGISTRY.register(topic + "-value", THIRD);
    for (int i = 0; i < 4; i++) {
      send(i, null, framed(id, avro(THIRD, event(i))));
    }
    try (RegistryProxy proxy = RegistryProxy.before(REGISTRY)) {
      Spec spec = spec("kafka: " + kafka("format: avro, registry: \"" + proxy.url() + "\""));
      PlanProgress closing =
          new PlanProgress() {
            @Override
            public void stage(String name) {
              if (name.equals("recompute and compare")) {
                proxy.close();
              }
            }

            @Override
            public void advance(long done, long expected) {}
          };
      Instant begin = Instant.now();
      assertThatThrownBy(
              () -> {
                try (Planner planner = new Planner(closing)) {
                  planner.plan(spec, new PlannerOptions(2, InputOrder.AS_READ));
                }
              })
          .isInstanceOfSatisfying(
              ErrataException.class,
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE);
                assertThat(e).hasMessageContaining("the schema registry " + proxy.url());
              });
      assertThat(Duration.between(begin, Instant.now())).isLessThan(Duration.ofMinutes(1));
      assertThat(proxy.asked()).contains("/subjects/" + topic + "-value/versions/latest");
    }
    assertNoPlan();
  }

  @Test
  void login_thatIsWrongStopsThePlan_andTheRightOneIsTaken() throws IOException {
    int id = REGISTRY.register(topic + "-value", THIRD);
    send(1, null, framed(id, avro(THIRD, event(1))));
    Path right = Files.writeString(folder.resolve("right"), "richtig\n");
    Path wrong = Files.writeString(folder.resolve("wrong"), "falsch\n");
    try (RegistryProxy proxy = RegistryProxy.before(REGISTRY)) {
      proxy.askForLogin("errata", "richtig");
      String login =
          "registry: { url: \"" + proxy.url() + "\", user: errata, password: \"${file:%s}\" }";
      assertThat(
              plan(spec("kafka: " + kafka("format: avro, " + login.formatted(right))))
                  .manifest()
                  .events()
                  .used())
          .isEqualTo(1);
      // Which schema is the latest is found out once, though fields' types are asked for before.
      assertThat(proxy.asked()).filteredOn(path -> path.endsWith("/latest")).hasSize(1);
      assertThatThrownBy(
              () -> plan(spec("kafka: " + kafka("format: avro, " + login.formatted(wrong)))))
          .isInstanceOfSatisfying(
              ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN))
          .hasMessageContaining(proxy.url() + " answers 401 to the user errata");
      proxy.askForToken("richtig");
      String token = "registry: { url: \"" + proxy.url() + "\", token: \"${file:%s}\" }";
      assertThat(
              plan(spec("kafka: " + kafka("format: avro, " + token.formatted(right))))
                  .manifest()
                  .events()
                  .used())
          .isEqualTo(1);
      assertThatThrownBy(
              () -> plan(spec("kafka: " + kafka("format: avro, " + token.formatted(wrong)))))
          .isInstanceOfSatisfying(
              ErrataException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.FORBIDDEN))
          .hasMessageContaining("answers 401 to the bearer token");
    }
  }

  @Test
  void schema_canBeAFileOrAVersionOfAnySubject_forValuesAndKeys() throws IOException {
    String key =
        "{\"type\":\"record\",\"name\":\"K\",\"fields\":[%s]}"
            .formatted(field("customer", "\"string\""));
    int keyId = REGISTRY.register(topic + "-key", key);
    int id = REGISTRY.register(topic + ".Payment", SECOND);
    REGISTRY.register(topic + ".Payment", FIRST);
    send(1, framed(keyId, avro(key, Map.of("customer", "c1"))), framed(id, avro(SECOND, event(1))));
    String worker = "worker.aggregate.key={ customer: kafka.key.customer, currency: currency }";
    String ofSubject = "worker.aggregate.key={ customer: name, currency: id }";

    PlanDirectory pinned =
        planAvro(", schema: { subject: " + topic + ".Payment, version: 1 }", ofSubject);
    assertThat(Runs.corrections(pinned))
        .containsExactly(Map.entry("[c1, e1]", "insert [c1, e1, 1000001, 1]"));
    assertThat(schemas(pinned))
        .extracting(ReadPart::input)
        .containsExactly("schema " + topic + ".Payment version 1 (id " + id + ")");

    Files.writeString(folder.resolve("payment.avsc"), THIRD);
    PlanDirectory ofFile = planAvro(", schema: { file: payment.avsc }, key-format: avro", worker);
    assertThat(Runs.corrections(ofFile))
        .containsExactly(Map.entry("[c1, EUR]", "insert [c1, EUR, 1000001, 1]"));
    assertThat(schemas(ofFile))
        .extracting(ReadPart::input)
        .containsExactly(
            "schema file " + folder.resolve("payment.avsc"),
            "schema " + topic + "-key version 1 (id " + keyId + ")");

    assertThatThrownBy(() -> planAvro(""))
        .hasMessage(
            "Cannot find the schema to read by: the schema registry "
                + REGISTRY.url()
                + " has no subject "
                + topic
                + "-value");
    assertThatThrownBy(() -> planAvro(", schema: { subject: " + topic + ".Payment, version: 9 }"))
        .hasMessageContaining("has no version 9 of subject " + topic + ".Payment");
    Files.writeString(folder.resolve("payment.avsc"), "{");
    assertThatThrownBy(() -> planAvro(", schema: { file: payment.avsc }"))
        .hasMessageContaining("payment.avsc: it can't be read as Avro");
    assertThatThrownBy(() -> planAvro(", schema: { file: none.avsc }"))
        .hasMessageContaining("none.avsc: there is no such file");
  }

  /**
   * Both versions refer to a subject, each to another version of it, and one to a third as well.
   */
  @Test
  void schemaThatRefersToOtherSubjects_isReadWithThem() throws IOException {
    String currency =
        "{\"type\":\"enum\",\"name\":\"Currency\",\"namespace\":\"shop\",\"symbols\":[\"EUR\",\"USD\"]}";
    String money =
        "{\"type\":\"record\",\"name\":\"Money\",\"namespace\":\"shop\",\"fields\":[%s]}";
    String amount = money.formatted(field("amount", "\"int\""));
    String both =
        money.formatted(
            "{\"name\":\"currency\",\"type\":\"Currency\",\"default\":\"EUR\"},"
                + field("amount", "\"long\""));
    String first =
        payment(
            field("id", "\"string\""),
            field("ts", TIME),
            field("customer", "\"string\""),
            field("paid", "\"shop.Money\""));
    String second =
        payment(
            field("paid", "\"shop.Money\""),
            field("id", "\"string\""),
            field("ts", TIME),
            field("customer", "\"string\""));
    REGISTRY.register(topic + ".Currency", currency);
    REGISTRY.register(topic + ".Money", amount);
    int firstId = referring(topic + "-value", first, reference("shop.Money", "Money", 1));
    referring(topic + ".Money", both, reference("shop.Currency", "Currency", 1));
    int secondId = referring(topic + "-value", second, reference("shop.Money", "Money", 2));
    Schema.Parser older = new Schema.Parser();
    Schema olderMoney = older.parse(amount);
    Schema olderPayment = older.parse(first);
    Schema.Parser newer = new Schema.Parser();
    Schema newerCurrency = newer.parse(currency);
    Schema newerMoney = newer.parse(both);
    Schema newerPayment = newer.parse(second);
    for (int i = 1; i <= 6; i++) {
      boolean old = i % 2 == 0;
      GenericRecord paid = new GenericData.Record(old ? olderMoney : newerMoney);
      if (old) {
        paid.put("amount", i);
      } else {
        paid.put("amount", 10_000_000_000L + i);
        paid.put("currency", new GenericData.EnumSymbol(newerCurrency, "USD"));
      }
      Map<String, Object> fields =
          Map.of(
              "id",
              "e" + i,
              "ts",
              NOON.plusSeconds(i).toEpochMilli(),
              "customer",
              "c",
              "paid",
              paid);
      send(
          i,
          null,
          framed(old ? firstId : secondId, avro(old ? olderPayment : newerPayment, fields)));
    }

    PlanDirectory plan =
        planAvro(
            "",
            "worker.aggregate.key={ customer: customer, currency: paid.currency }",
            "worker.aggregate.columns={ total: sum(paid.amount), events: count() }");
    assertThat(quarantine(plan)).isEmpty();
    assertThat(Runs.corrections(plan))
        .containsOnly(
            Map.entry("[c, EUR]", "insert [c, EUR, 12, 3]"),
            Map.entry("[c, USD]", "insert [c, USD, 30000000009, 3]"));
  }

  /** Registers a schema that refers to a version of another subject of the topic. */
  private static int referring(String subject, String schema, String reference) {
    return REGISTRY.registerDocument(
        subject,
        "{\"schema\":" + RegistryServer.quoted(schema) + ",\"references\":[" + reference + "]}");
  }

  private String reference(String name, String subject, int version) {
    return "{\"name\":\"%s\",\"subject\":\"%s.%s\",\"version\":%d}"
        .formatted(name, topic, subject, version);
  }

  /** The same events in every format that needs no id of a registry. */
  @Test
  void otherFormats_giveTheSamePlan() throws IOException {
    int second = REGISTRY.register(topic + "-value", SECOND);
    int third = REGISTRY.register(topic + "-value", THIRD);
    assertThat(second).isNotEqualTo(third);
    Files.writeString(folder.resolve("second.avsc"), SECOND);
    Files.writeString(folder.resolve("third.avsc"), THIRD);
    Files.writeString(
        folder.resolve("payment.json"),
        "{\"required\":[\"id\"],\"properties\":{\"amount\":{\"minimum\":1}}}");
    String avro = topic;
    String csv = KAFKA.createTopic(2, Map.of());
    String json = KAFKA.createTopic(2, Map.of());
    String single = KAFKA.createTopic(2, Map.of());
    for (int i = 1; i <= 6; i++) {
      Map<String, Object> event = event(i);
      String row =
          "%s,%s,%s,%s,%s"
              .formatted(
                  event.get("id"),
                  event.get("ts"),
                  event.get("customer"),
                  event.get("currency"),
                  event.get("amount"));
      send(csv, i, null, row.getBytes(StandardCharsets.UTF_8));
      String document =
          "{\"id\":\"%s\",\"ts\":%s,\"customer\":\"%s\",\"currency\":\"%s\",\"amount\":%s}"
              .formatted((Object[]) row.split(","));
      send(json, i, null, document.getBytes(StandardCharsets.UTF_8));
      send(i, null, avro(SECOND, event));
      String written = i % 2 == 0 ? SECOND : THIRD;
      byte[] value = avro(written, event);
      send(
          single,
          i,
          null,
          ByteBuffer.allocate(10 + value.length)
              .order(ByteOrder.LITTLE_ENDIAN)
              .put((byte) 0xC3)
              .put((byte) 1)
              .putLong(SchemaNormalization.parsingFingerprint64(new Schema.Parser().parse(written)))
              .put(value)
              .array());
    }
    String registry = "registry: \"" + REGISTRY.url() + "\"";
    Map<String, String> formats = new TreeMap<>();
    topic = json;
    formats.put("json", kafka("format: json, schema: { file: payment.json }"));
    topic = csv;
    formats.put("csv", kafka("format: csv, columns: [id, ts, customer, currency, amount]"));
    topic = single;
    formats.put(
        "registry's versions",
        kafka("format: avro-single-object, schema: { subject: " + avro + "-value }, " + registry));
    formats.put(
        "files",
        kafka("format: avro-single-object, schema: { file: third.avsc, writers: second.avsc }"));
    topic = avro;
    formats.put(
        "by day",
        kafka(
            "format: avro-plain, schema: { file: third.avsc }, schemas: [{ to: 2024-06-11, version: 1 }], "
                + registry));
    Map<String, String> plans = new TreeMap<>();
    for (Map.Entry<String, String> format : formats.entrySet()) {
      PlanDirectory plan =
          plan(
              spec(
                  "kafka: " + format.getValue(), "events.fields.types={ ts: long, amount: long }"));
      assertThat(plan.manifest().events().used()).as(format.getKey()).isEqualTo(6);
      plans.put(format.getKey(), plan.manifest().plan());
    }
    assertThat(plans.values().stream().distinct()).as(plans.toString()).hasSize(1);
  }
}
