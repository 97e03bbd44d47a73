package io.errata.it;

import io.errata.connectors.store.FileStores;
import io.errata.servers.StoreServer;
import io.errata.testkit.StoreProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.plugin.DefaultPluginManager;
import org.apache.flink.core.plugin.DirectoryBasedPluginFinder;

/**
 * A real object store with somebody before it who may do harm, and Flink's file systems of this JVM
 * set up to reach it through that.
 */
final class StoreCase implements AutoCloseable {
  private static final Path PLUGINS = RepositoryFiles.root().resolve("stores/target/plugins");

  /** Parts of the smallest size that S3 takes, few attempts, and pages of few names. */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "s3.multipart.size", "5242880",
          "s3.multipart.threshold", "5242880",
          "s3.paging.maximum", "100",
          "s3.attempts.maximum", "2",
          "s3.retry.limit", "3",
          "s3.retry.interval", "50ms",
          "s3.retry.throttle.limit", "3",
          "s3.retry.throttle.interval", "50ms",
          "gs.http.max.retry", "3");

  private final StoreServer server;
  private final StoreProxy proxy;

  private StoreCase(StoreServer server, StoreProxy proxy) {
    this.server = server;
    this.proxy = proxy;
  }

  static StoreCase start(StoreServer.Kind kind, Path programs, Path folder) {
    StoreServer server = StoreServer.start(kind, programs, folder);
    return new StoreCase(server, StoreProxy.to(server.port()));
  }

  /** Lets this JVM reach it. */
  void use() {
    Configuration settings = Configuration.fromMap(SETTINGS);
    // Amazon's library asks the process's own environment.
    settings.setString("s3.access-key", StoreServer.user());
    settings.setString("s3.secret-key", StoreServer.password());
    try {
      FileStores.setUp(
          settings,
          server.environment(proxy.port()),
          new DefaultPluginManager(
              new DirectoryBasedPluginFinder(PLUGINS).findPlugins(),
              CoreOptions.getPluginParentFirstLoaderPatterns(new Configuration())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Leaves this JVM as it was. */
  static void forget() {
    FileSystem.initialize(new Configuration(), null);
  }

  /**
   * The variables by which a process of its own reaches it.
   *
   * @param folder for Flink's configuration
   */
  Map<String, String> environment(Path folder) throws IOException {
    Files.createDirectories(folder);
    StringBuilder settings = new StringBuilder();
    SETTINGS.forEach((key, value) -> settings.append(key + ": " + value + "\n"));
    Files.writeString(folder.resolve("config.yaml"), settings);
    Map<String, String> environment = new LinkedHashMap<>(server.environment(proxy.port()));
    environment.put("FLINK_PLUGINS_DIR", PLUGINS.toString());
    environment.put("FLINK_CONF_DIR", folder.toString());
    return environment;
  }

  /** The settings of Flink by which a cluster reaches it, with the variables of a process. */
  Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>(SETTINGS);
    settings.put("s3.endpoint", "http://127.0.0.1:" + proxy.port());
    settings.put("s3.path.style.access", "true");
    return settings;
  }

  StoreProxy proxy() {
    return proxy;
  }

  StoreServer.Kind kind() {
    return server.kind();
  }

  String uri(String path) {
    return server.uri(path);
  }

  /** Puts the files of a folder into one of the store. */
  void put(Path folder, String path) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        put(Files.readAllBytes(file), path + "/" + file.getFileName());
      }
    }
  }

  void put(byte[] content, String path) throws IOException {
    org.apache.flink.core.fs.Path target = FileStores.path(uri(path));
    try (FSDataOutputStream out = FileStores.of(target).create(target, WriteMode.OVERWRITE)) {
      out.write(content);
    }
  }

  FileStatus status(String path) throws IOException {
    org.apache.flink.core.fs.Path target = FileStores.path(uri(path));
    return FileStores.of(target).getFileStatus(target);
  }

  @Override
  public void close() {
    proxy.close();
    server.close();
  }
}
