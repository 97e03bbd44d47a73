package io.errata.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.errata.servers.FreePorts;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A standalone session cluster: a job manager and two task managers of two slots, each a process of
 * its own, with the jars that a Flink distribution brings and nothing of Errata.
 */
final class FlinkCluster implements AutoCloseable {
  private static final int SECONDS = 120;
  private static final int TASK_MANAGERS = 2;
  private static final int MEBIBYTE = 1 << 20;
  private static final Path BUILT = RepositoryFiles.root().resolve("jobs/target");
  private static final Pattern NOT_IN_FOLDER =
      Pattern.compile(
          "(commons-(compress|io|lang3)|lz4-java|snappy-java|flink-runtime-web|flink-container)-.*[.]jar");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Runs a command with an empty disk of 64 MiB in the place of a folder; both follow. */
  private static final List<String> SMALL_DISK =
      List.of(
          "unshare",
          "--user",
          "--map-root-user",
          "--mount",
          "sh",
          "-c",
          "mount -t tmpfs -o size=64m tmpfs \"$0\" && exec \"$@\"");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path folder;

  /** The main class of the job manager, and what follows its folder of settings. */
  private final List<String> program;

  private final Map<String, String> environment;
  private final int port;
  private Process jobManager;

  /** By their names; one that is started in place of another has a name of its own. */
  private final Map<String, Process> taskManagers = new LinkedHashMap<>();

  private int started;

  private FlinkCluster(
      Path folder, List<String> program, Map<String, String> more, Map<String, String> environment)
      throws IOException {
    this.folder = Files.createDirectories(folder);
    this.program = List.copyOf(program);
    this.environment = Map.copyOf(environment);
    int[] ports = FreePorts.find(2);
    this.port = ports[0];
    Files.createDirectories(configuration());
    StringBuilder settings = new StringBuilder(settings(ports[1]));
    more.forEach((key, value) -> settings.append(key + ": " + value + "\n"));
    Files.writeString(configuration().resolve("config.yaml"), settings);
    Files.writeString(
        configuration().resolve("log4j.properties"),
        """
        rootLogger.level = INFO
        rootLogger.appenderRef.console.ref = console
        appender.console.name = console
        appender.console.type = CONSOLE
        appender.console.layout.type = PatternLayout
        appender.console.layout.pattern = %d %-5p %-40c{1} %m%n
        """);
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    launchMissing();
  }

  private void launchMissing() throws IOException {
    if (jobManager == null || !jobManager.isAlive()) {
      jobManager = launchJobManager();
    }
    taskManagers.values().removeIf(process -> !process.isAlive());
    while (taskManagers.size() < TASK_MANAGERS) {
      String name = "taskmanager-" + started++;
      taskManagers.put(name, launchTaskManager(name, List.of()));
    }
  }

  private Process launchTaskManager(String name, List<String> inside, String... more)
      throws IOException {
    List<String> settings = new ArrayList<>(List.of("-D", "taskmanager.resource-id=" + name));
    settings.addAll(List.of(more));
    return launch(
        name,
        inside,
        "-Xmx384m",
        "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
        settings);
  }

  private Process launchJobManager() throws IOException {
    return launch(
        "jobmanager", List.of(), "-Xmx384m", program.get(0), program.subList(1, program.size()));
  }

  /** Starts one, whose files lie in a folder. */
  static FlinkCluster start(Path folder) {
    return start(folder, Map.of(), Map.of());
  }

  /**
   * Starts one, with settings beyond those of each.
   *
   * @param settings of Flink
   * @param environment further variables of its processes
   */
  static FlinkCluster start(
      Path folder, Map<String, String> settings, Map<String, String> environment) {
    return start(
        folder,
        List.of("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"),
        settings,
        environment);
  }

  /**
   * Starts one for one command of Errata, which its job manager runs, and then ends: with 0 where
   * the command does.
   *
   * @param environment further variables of its processes
   */
  static FlinkCluster startApplication(
      Path folder, List<String> command, Map<String, String> environment) {
    List<String> program = new ArrayList<>();
    program.add("org.apache.flink.container.entrypoint.StandaloneApplicationClusterEntryPoint");
    program.addAll(List.of("--job-classname", "io.errata.jobs.cli.Main"));
    program.addAll(command);
    Map<String, String> variables = new TreeMap<>(environment);
    // Beside that folder, Flink looks for the program.
    variables.put("FLINK_LIB_DIR", folder.resolve("lib").toString());
    try {
      Path jars = Files.createDirectories(folder.resolve("usrlib"));
      Files.createSymbolicLink(jars.resolve("errata.jar"), BUILT.resolve("errata.jar"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return start(folder, program, Map.of(), variables);
  }

  private static FlinkCluster start(
      Path folder,
      List<String> program,
      Map<String, String> settings,
      Map<String, String> environment) {
    assertThat(BUILT.resolve("errata.jar")).as("built by mvn package").exists();
    try {
      return new FlinkCluster(folder, program, settings, environment);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As docs/cluster.md has them, smaller, and with tasks on both task managers. */
  private String settings(int rpcPort) {
    return """
    jobmanager:
      rpc: { address: 127.0.0.1, port: %d }
      bind-host: 127.0.0.1
      memory: { heap.size: 384m, off-heap.size: 128m, jvm-metaspace.size: 256m, jvm-overhead.min: 128m, jvm-overhead.max: 128m }
    rest: { address: 127.0.0.1, bind-address: 127.0.0.1, port: %d }
    # How old what it says of tasks and checkpoints may be: tests look at that.
    web.refresh-interval: 100ms
    heartbeat: { interval: 1000ms, timeout: 15000ms }
    io.tmp.dirs: %s
    taskmanager:
      host: 127.0.0.1
      bind-host: 127.0.0.1
      numberOfTaskSlots: 2
      load-balance.mode: SLOTS
      cpu.cores: 1
      memory:
        task.heap.size: 256m
        task.off-heap.size: 0m
        framework.heap.size: 128m
        framework.off-heap.size: 128m
        managed.size: 128m
        network.min: 192m
        network.max: 192m
        jvm-metaspace.size: 256m
        jvm-overhead.min: 192m
        jvm-overhead.max: 192m
    """
        .formatted(rpcPort, port, folder.resolve("tmp"));
  }

  /**
   * @param inside the command that becomes the process, with what it needs of the machine
   */
  private Process launch(
      String name, List<String> inside, String heap, String main, List<String> more)
      throws IOException {
    List<String> command = new ArrayList<>(inside);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            heap,
            "-XX:MaxDirectMemorySize=384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            // As a distribution's settings have it.
            "--add-opens=java.base/java.util=ALL-UNNAMED",
            "-Dlog4j.configurationFile=" + configuration().resolve("log4j.properties"),
            "-cp",
            libraries(),
            main,
            "--configDir",
            configuration().toString()));
    command.addAll(more);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().putAll(environment);
    return builder.start();
  }

  /**
   * As far as Errata brings some of Flink's jars itself, they are not among those of the folder;
   * neither is what takes jars, which a process of one plan has no use for.
   */
  private static String libraries() {
    return Stream.concat(
            Stream.of(BUILT.resolve("lib/flink/*").toString()),
            Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(
                    path ->
                        NOT_IN_FOLDER.matcher(Path.of(path).getFileName().toString()).matches()))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Where its job manager answers REST calls. */
  String address() {
    return "http://127.0.0.1:" + port;
  }

  /** The folder of {@code config.yaml}. */
  Path configuration() {
    return folder.resolve("conf");
  }

  /** What {@code flink run} runs, behind {@code java}; the arguments of Errata follow. */
  List<String> client() {
    return List.of(
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "--add-opens=java.base/java.util=ALL-UNNAMED",
        "-cp",
        libraries(),
        "org.apache.flink.client.cli.CliFrontend",
        "run",
        "-c",
        "io.errata.jobs.cli.Main",
        BUILT.resolve("errata.jar").toString());
  }

  /** Waits until its task managers, and no others, are there. */
  void await() {
    await(
        () -> {
          assertThat(jobManager.isAlive()).as(logs()).isTrue();
          return taskManagers().stream()
              .map(manager -> manager.path("id").asText())
              .collect(Collectors.toSet())
              .equals(taskManagers.keySet());
        },
        "the task managers");
  }

  /** Waits until something is so. */
  void await(BooleanSupplier condition, String what) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waiting for %s; %s", what, logs()).isLessThan(end);
      try {
        // Asks again; there is no event to wait for in another process.
        jobManager.waitFor(100, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
  }

  /** Starts anew what was killed, and waits until the cluster is whole. */
  void mend() {
    try {
      launchMissing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    await();
  }

  /** The task managers that the job manager knows, as its REST API has them. */
  List<JsonNode> taskManagers() {
    try {
      return StreamSupport.stream(ask("/taskmanagers").path("taskmanagers").spliterator(), false)
          .toList();
    } catch (IOException e) {
      // It is gone, or has only just begun to listen.
      return List.of();
    }
  }

  /** What the job manager says of its one job's checkpoints. */
  JsonNode checkpoints() {
    try {
      String job = ask("/jobs").path("jobs").path(0).path("id").asText();
      return ask("/jobs/" + job + "/checkpoints");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many slots of its task managers no job has. */
  int freeSlots() {
    try {
      return ask("/overview").path("slots-available").asInt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The states of its jobs, by their ids. */
  Map<String, String> jobs() {
    try {
      Map<String, String> jobs = new TreeMap<>();
      for (JsonNode job : ask("/jobs").path("jobs")) {
        jobs.put(job.path("id").asText(), job.path("status").asText());
      }
      return jobs;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode ask(String path) throws IOException {
    try {
      return JSON.readTree(
          http.send(
                  HttpRequest.newBuilder(URI.create(address() + path)).build(),
                  HttpResponse.BodyHandlers.ofString())
              .body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Hands {@code errata.jar} to the job manager, as the Kubernetes operator does with that of a
   * {@code FlinkSessionJob}.
   *
   * @return what the job manager calls it
   */
  String upload() throws IOException {
    String boundary = "errata-jar";
    HttpRequest.BodyPublisher jar =
        HttpRequest.BodyPublishers.concat(
            HttpRequest.BodyPublishers.ofString(
                "--"
                    + boundary
                    + "\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"errata.jar\""
                    + "\r\nContent-Type: application/x-java-archive\r\n\r\n"),
            HttpRequest.BodyPublishers.ofFile(BUILT.resolve("errata.jar")),
            HttpRequest.BodyPublishers.ofString("\r\n--" + boundary + "--\r\n"));
    HttpResponse<String> answer =
        post("/jars/upload", "multipart/form-data; boundary=" + boundary, jar);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Path.of(JSON.readTree(answer.body()).path("filename").asText()).getFileName().toString();
  }

  /** Has the job manager run a jar that was handed to it, under the id of its job. */
  HttpResponse<String> run(String jar, String id, String... arguments) throws IOException {
    Map<String, Object> request =
        Map.of(
            "entryClass",
            "io.errata.jobs.cli.Main",
            "programArgsList",
            List.of(arguments),
            "jobId",
            id);
    return post(
        "/jars/" + jar + "/run",
        "application/json",
        HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(request)));
  }

  private HttpResponse<String> post(String path, String type, HttpRequest.BodyPublisher body)
      throws IOException {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create(address() + path))
              .header("Content-Type", type)
              .POST(body)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The exit status of its job manager; empty while that runs. */
  OptionalInt status() {
    return jobManager.isAlive() ? OptionalInt.empty() : OptionalInt.of(jobManager.exitValue());
  }

  /** Has its job manager end, as a pod's is that has to go, and then its task managers. */
  void stop() {
    jobManager.destroy();
    jobManager.onExit().join();
    close();
  }

  /**
   * As {@code kill -9} does; the task managers wait for another at the same address, which will
   * know nothing of this one.
   */
  void killJobManager() {
    assertThat(jobManager.isAlive()).isTrue();
    jobManager.destroyForcibly().onExit().join();
  }

  /** As {@code kill -9} does, to one of them that has tasks. */
  void killTaskManager() {
    kill(taskManagers.get(busyTaskManager()));
  }

  /**
   * As {@code kill -9} does, to one of them.
   *
   * @param id of its process
   */
  void killTaskManager(long id) {
    kill(
        taskManagers.values().stream()
            .filter(process -> process.pid() == id)
            .findFirst()
            .orElseThrow(() -> new AssertionError("no task manager is process " + id)));
  }

  private static void kill(Process taskManager) {
    assertThat(taskManager.isAlive()).isTrue();
    taskManager.destroyForcibly().onExit().join();
  }

  /**
   * The name of one that has tasks under way, as soon as there is one: one whose tasks have ended
   * is missed only when what they made is to be read.
   */
  private String busyTaskManager() {
    // What the job manager says of tasks may be of some moments ago.
    List<String> found = new ArrayList<>();
    await(() -> findBusy().map(found::add).isPresent(), "a task that runs");
    return found.get(0);
  }

  private Optional<String> findBusy() {
    try {
      for (Map.Entry<String, String> job : jobs().entrySet()) {
        if (job.getValue().equals("RUNNING")) {
          Optional<String> busy = findBusy(job.getKey());
          if (busy.isPresent()) {
            return busy;
          }
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Optional<String> findBusy(String job) throws IOException {
    for (JsonNode vertex : ask("/jobs/" + job).path("vertices")) {
      String id = vertex.path("id").asText();
      for (JsonNode task : ask("/jobs/" + job + "/vertices/" + id).path("subtasks")) {
        String name = task.path("taskmanager-id").asText();
        if (task.path("status").asText().equals("RUNNING") && taskManagers.containsKey(name)) {
          return Optional.of(name);
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Has one that has tasks stand still, as a machine does that swaps or whose virtual machine is
   * moved; its connections stay open.
   *
   * @return its name
   */
  String haltTaskManager() {
    String halted = busyTaskManager();
    signal(halted, "STOP");
    return halted;
  }

  /** Has one go on that stood still. */
  void wakeTaskManager(String halted) {
    signal(halted, "CONT");
  }

  /** How much later than this task manager another one was last heard, in milliseconds. */
  long silence(String name) {
    long own = Long.MAX_VALUE;
    long others = 0;
    for (JsonNode each : taskManagers()) {
      // Despite its name, the time at which it was heard.
      long heard = each.path("timeSinceLastHeartbeat").asLong();
      if (each.path("id").asText().equals(name)) {
        own = heard;
      } else {
        others = Math.max(others, heard);
      }
    }
    return others - own;
  }

  private void signal(String name, String signal) {
    assertThat(statusOf("kill", "-" + signal, Long.toString(taskManagers.get(name).pid())))
        .isZero();
  }

  /**
   * Whether a process may have a file system of its own: with the rights of root, or where others
   * may have name spaces.
   */
  static boolean hasSmallDisks() {
    // By a shell, which ends with a status of its own where there is no such command.
    List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\"", "sh"));
    command.addAll(SMALL_DISK);
    command.addAll(List.of("/tmp", "true"));
    return statusOf(command.toArray(String[]::new)) == 0;
  }

  /**
   * Replaces the task managers by ones whose disks for temporary files have a mebibyte left, and
   * which sort in little memory. The disks go with the processes.
   *
   * @return their names
   */
  List<String> crampTaskManagers() throws IOException {
    killTaskManagers();
    Map<String, Path> disks = new LinkedHashMap<>();
    while (taskManagers.size() < TASK_MANAGERS) {
      String name = "taskmanager-" + started++;
      Path disk = Files.createDirectories(folder.resolve("disk-of-" + name));
      disks.put(name, disk);
      List<String> inside = new ArrayList<>(SMALL_DISK);
      inside.add(disk.toString());
      taskManagers.put(
          name,
          launchTaskManager(
              name,
              inside,
              "-D",
              "io.tmp.dirs=" + disk,
              "-D",
              // Otherwise the jar that a job brings lies on that disk, too.
              "blob.storage.directory=" + folder.resolve("tmp"),
              "-D",
              "taskmanager.memory.managed.size=2m"));
    }
    await();
    for (Map.Entry<String, Path> each : disks.entrySet()) {
      // What it needs to start lies there by now; its disk is seen through the process alone.
      long process = taskManagers.get(each.getKey()).pid();
      File disk = new File("/proc/" + process + "/root" + each.getValue());
      Files.write(disk.toPath().resolve("full"), new byte[(int) disk.getUsableSpace() - MEBIBYTE]);
    }
    return List.copyOf(disks.keySet());
  }

  /** As {@code kill -9} does, to all of them. */
  void killTaskManagers() {
    taskManagers.values().forEach(process -> process.destroyForcibly().onExit().join());
    taskManagers.clear();
  }

  private static int statusOf(String... command) {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** What the processes have logged, for a test that failed. */
  String logs() {
    StringBuilder all = new StringBuilder();
    List<String> names = new ArrayList<>(List.of("jobmanager"));
    names.addAll(taskManagers.keySet());
    for (String name : names) {
      try {
        List<String> lines = Files.readAllLines(folder.resolve(name + ".log"));
        all.append(name).append('\n');
        lines
            .subList(Math.max(0, lines.size() - 25), lines.size())
            .forEach(line -> all.append(line).append('\n'));
      } catch (IOException e) {
        all.append("no log of ").append(name).append('\n');
      }
    }
    return all.toString();
  }

  @Override
  public void close() {
    List<Process> all = new ArrayList<>(taskManagers.values());
    if (jobManager != null) {
      all.add(jobManager);
    }
    all.forEach(Process::destroyForcibly);
    all.forEach(process -> process.onExit().join());
  }
}
