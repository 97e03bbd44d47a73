package io.errata.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka cluster for tests: one process for each broker, on ports of their own on the
 * loopback, with their data in a temporary folder that goes with them. The brokers end when this
 * process does, however it ends.
 *
 * <p>Kafka's jars are on no class path of a test: they are taken from the module {@code broker}, or
 * from the folder that the system property {@code errata.kafka} names.
 *
 * <p>Topics aren't made by reading or writing, and keep their records for ever unless their
 * settings say otherwise. Retention and compaction look every half second.
 */
public final class KafkaServer implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final AtomicInteger TOPICS = new AtomicInteger();
  private static @Nullable KafkaServer shared;

  private final Path folder;
  private final String cluster = Uuid.randomUuid().toString();
  private final List<Node> nodes = new ArrayList<>();

  /** One broker, which is a controller too. */
  private static final class Node {
    private final int id;
    private final int port;
    private final int controllerPort;
    private final Map<String, Integer> listeners = new TreeMap<>();
    private @Nullable Process process;

    private Node(int id, int port, int controllerPort) {
      this.id = id;
      this.port = port;
      this.controllerPort = controllerPort;
    }
  }

  private KafkaServer(int brokers, Set<String> listeners) throws IOException {
    folder = Files.createTempDirectory("errata-kafka");
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    int each = 2 + listeners.size();
    int[] ports = FreePorts.find(each * brokers);
    for (int i = 0; i < brokers; i++) {
      Node node = new Node(i + 1, ports[each * i], ports[each * i + 1]);
      int next = each * i + 2;
      for (String listener : listeners) {
        node.listeners.put(listener, ports[next++]);
      }
      nodes.add(node);
    }
  }

  /** The one broker of this JVM, started when it is first asked for. */
  public static synchronized KafkaServer shared() {
    if (shared == null) {
      shared = start(1, Map.of());
    }
    return shared;
  }

  /**
   * Starts a cluster of its own.
   *
   * @param brokers how many
   * @param settings beyond those that all have
   */
  public static KafkaServer start(int brokers, Map<String, String> settings) {
    return start(brokers, settings, Map.of());
  }

  /**
   * Starts a cluster of its own, whose brokers also listen on ports that ask for more than the
   * usual one.
   *
   * @param brokers how many
   * @param settings beyond those that all have
   * @param listeners the name of each such port, and its protocol, such as {@code SASL_SSL}
   */
  public static KafkaServer start(
      int brokers, Map<String, String> settings, Map<String, String> listeners) {
    try {
      KafkaServer server = new KafkaServer(brokers, listeners.keySet());
      for (Node node : server.nodes) {
        server.configure(node, settings, listeners);
        server.launch(node);
      }
      server.await(brokers);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void configure(Node node, Map<String, String> settings, Map<String, String> protocols)
      throws IOException {
    StringBuilder more = new StringBuilder();
    node.listeners.forEach((name, port) -> more.append("," + name + "://127.0.0.1:" + port));
    String replicas = Integer.toString(Math.min(3, nodes.size()));
    Properties properties = new Properties();
    properties.setProperty("process.roles", "broker,controller");
    properties.setProperty("node.id", Integer.toString(node.id));
    properties.setProperty(
        "controller.quorum.voters",
        nodes.stream()
            .map(each -> each.id + "@127.0.0.1:" + each.controllerPort)
            .collect(Collectors.joining(",")));
    properties.setProperty(
        "listeners",
        "PLAINTEXT://127.0.0.1:"
            + node.port
            + ",CONTROLLER://127.0.0.1:"
            + node.controllerPort
            + more);
    properties.setProperty("advertised.listeners", "PLAINTEXT://127.0.0.1:" + node.port + more);
    properties.setProperty("controller.listener.names", "CONTROLLER");
    properties.setProperty("inter.broker.listener.name", "PLAINTEXT");
    properties.setProperty(
        "listener.security.protocol.map",
        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT"
            + protocols.entrySet().stream()
                .map(each -> "," + each.getKey() + ":" + each.getValue())
                .collect(Collectors.joining()));
    properties.setProperty("log.dirs", data(node).toString());
    properties.setProperty("auto.create.topics.enable", "false");
    properties.setProperty("offsets.topic.replication.factor", replicas);
    properties.setProperty("offsets.topic.num.partitions", "1");
    properties.setProperty("transaction.state.log.replication.factor", replicas);
    properties.setProperty("transaction.state.log.num.partitions", "1");
    properties.setProperty("transaction.state.log.min.isr", "1");
    properties.setProperty("share.coordinator.state.topic.replication.factor", replicas);
    properties.setProperty("group.initial.rebalance.delay.ms", "0");
    properties.setProperty("log.initial.task.delay.ms", "100");
    // Events of tests are years old.
    properties.setProperty("log.retention.ms", "-1");
    properties.setProperty("log.retention.check.interval.ms", "500");
    properties.setProperty("log.cleaner.backoff.ms", "500");
    properties.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
    // Short where another broker can take over; one alone must not be given up on a busy machine.
    properties.setProperty("broker.session.timeout.ms", nodes.size() == 1 ? "60000" : "6000");
    properties.setProperty("broker.heartbeat.interval.ms", "500");
    properties.setProperty("message.max.bytes", "20971520");
    properties.setProperty("replica.fetch.max.bytes", "20971520");
    properties.putAll(settings);
    try (var out = Files.newBufferedWriter(settings(node), StandardCharsets.UTF_8)) {
      properties.store(out, null);
    }
  }

  private Path settings(Node node) {
    return folder.resolve("server-" + node.id + ".properties");
  }

  private Path data(Node node) {
    return folder.resolve("data-" + node.id);
  }

  private void launch(Node node) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto"));
    command.add("-cp");
    command.add(jars().resolve("*") + System.getProperty("path.separator") + ownClasses());
    command.add(BrokerMain.class.getName());
    command.addAll(List.of(settings(node).toString(), data(node).toString(), cluster));
    node.process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(node).toFile()))
            .start();
  }

  private Path log(Node node) {
    return folder.resolve("broker-" + node.id + ".log");
  }

  /** Where the main classes of this package are. */
  static String ownClasses() {
    return Path.of(ParentWatch.class.getProtectionDomain().getCodeSource().getLocation().getPath())
        .toString();
  }

  /** Where the jars of Kafka are. */
  public static Path jars() {
    String named = System.getProperty("errata.kafka", "");
    if (!named.isEmpty()) {
      return Path.of(named);
    }
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
      Path jars = at.resolve("broker/target/lib");
      if (Files.isDirectory(jars)) {
        return jars;
      }
    }
    throw new IllegalStateException(
        "Cannot find Kafka's jars: build the module broker, or name their folder in errata.kafka");
  }

  /** Waits until so many brokers answer. */
  private void await(int brokers) {
    long end = System.nanoTime() + START.toNanos();
    try {
      for (Node node : nodes) {
        // A client would complain with each try.
        while (node.process != null && !listens(node)) {
          watch(end, null);
        }
      }
      try (Admin admin = admin()) {
        while (!knows(admin, brokers, end)) {
          watch(end, null);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static boolean listens(Node node) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean knows(Admin admin, int brokers, long end) throws InterruptedException {
    try {
      return admin
              .describeCluster(new DescribeClusterOptions().timeoutMs(2_000))
              .nodes()
              .get()
              .size()
          >= brokers;
    } catch (ExecutionException e) {
      watch(end, e);
      return false;
    }
  }

  /** Waits a moment, and sees that there is still something to wait for. */
  private void watch(long end, @Nullable Exception e) throws InterruptedException {
    if (System.nanoTime() > end) {
      throw new IllegalStateException("Cannot start Kafka\n" + logs(), e);
    }
    for (Node node : nodes) {
      Process process = node.process;
      // There is no event to wait for in another process.
      if (process != null && process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("Cannot start Kafka\n" + logs());
      }
    }
  }

  private String logs() {
    return nodes.stream()
        .map(
            node -> {
              try {
                return Files.readString(log(node), StandardCharsets.UTF_8);
              } catch (IOException e) {
                return "no log of broker " + node.id;
              }
            })
        .collect(Collectors.joining("\n"));
  }

  /** The addresses of all brokers, that run or not. */
  public String brokers() {
    return nodes.stream().map(node -> "127.0.0.1:" + node.port).collect(Collectors.joining(","));
  }

  /** The addresses of all brokers at one of their other ports. */
  public String brokers(String listener) {
    return nodes.stream()
        .map(node -> "127.0.0.1:" + node.listeners.get(listener))
        .collect(Collectors.joining(","));
  }

  /** Ends a broker as a power cut would; from 1. */
  public void kill(int broker) {
    Process process = nodes.get(broker - 1).process;
    if (process != null) {
      process.destroyForcibly();
      awaitEnd(process);
    }
  }

  /** Starts a broker that was killed, and doesn't wait for it. */
  public void restart(int broker) {
    try {
      launch(nodes.get(broker - 1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until all brokers answer. */
  public void awaitAll() {
    await(nodes.size());
  }

  /** A broker's folder of data, with a folder for each partition; from 1. */
  public Path data(int broker) {
    return data(nodes.get(broker - 1));
  }

  private static void awaitEnd(Process process) {
    try {
      process.waitFor(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A client for questions and changes; to be closed. */
  public Admin admin() {
    return Admin.create(
        Map.of(
            CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
            brokers(),
            CommonClientConfigs.RECONNECT_BACKOFF_MS_CONFIG,
            "20",
            CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG,
            "200"));
  }

  /** A producer of bytes; to be closed. */
  public Producer<byte[], byte[]> producer(Map<String, Object> settings) {
    Map<String, Object> all = new HashMap<>();
    all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers());
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.LINGER_MS_CONFIG, "5");
    all.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
    all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(20 << 20));
    all.putAll(settings);
    return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /**
   * Makes a topic with a name of its own, on as many brokers as there are, three at most.
   *
   * @return its name
   */
  public String createTopic(int partitions, Map<String, String> settings) {
    String name = "topic-" + TOPICS.incrementAndGet();
    createTopic(name, partitions, settings);
    return name;
  }

  /** Makes a topic. */
  public void createTopic(String name, int partitions, Map<String, String> settings) {
    short replicas = (short) Math.min(3, nodes.size());
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(name, partitions, replicas).configs(settings)))
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot make a topic for tests", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Ends all brokers and deletes their data. */
  @Override
  public void close() {
    nodes.forEach(
        node -> {
          if (node.process != null) {
            node.process.destroyForcibly();
          }
        });
    nodes.forEach(
        node -> {
          if (node.process != null) {
            awaitEnd(node.process);
          }
        });
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      System.err.println("Could not delete " + folder + ": " + e.getMessage());
    }
  }

  /** The ids of the brokers. */
  public List<Integer> ids() {
    return IntStream.rangeClosed(1, nodes.size()).boxed().toList();
  }
}
