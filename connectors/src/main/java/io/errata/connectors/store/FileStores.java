package io.errata.connectors.store;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.configuration.IllegalConfigurationException;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.plugin.PluginManager;
import org.apache.flink.core.plugin.PluginUtils;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Flink's file systems, by the scheme of a path. A process of Flink has set them up when Errata
 * runs in it; in a process of its own Errata does that, from {@link StoreSettings}, when the first
 * path that isn't a local one is used. Thread-safe.
 */
public final class FileStores {
  /** Where an object appears as a whole or not at all, and folders are but names. */
  private static final Set<String> OBJECT_STORES = Set.of("s3", "s3a", "gs", "oss", "abfs", "wasb");

  /** A process of Flink begins with this, long before Errata's classes are loaded in it. */
  private static final boolean SET_UP_BY_FLINK =
      !FileSystem.getRegisteredFileSystemFactories().isEmpty();

  /** Kept, as a level goes with its logger. */
  private static final Logger GOOGLE = Logger.getLogger("com.google.cloud.hadoop");

  private static boolean isSetUp;

  private FileStores() {}

  /**
   * The file system of a path.
   *
   * @throws org.apache.flink.core.fs.UnsupportedFileSystemSchemeException where there is none for
   *     its scheme
   * @throws IOException where it can't be had, as without credentials
   */
  public static FileSystem of(Path path) throws IOException {
    if (!SET_UP_BY_FLINK && !isLocal(path)) {
      setUp();
    }
    return path.getFileSystem();
  }

  private static synchronized void setUp() {
    if (!isSetUp) {
      try {
        Configuration flink = GlobalConfiguration.loadConfiguration();
        setUp(flink, System.getenv(), PluginUtils.createPluginManagerFromRootFolder(flink));
      } catch (FlinkRuntimeException | IllegalConfigurationException e) {
        throw broken(e);
      }
    }
  }

  /**
   * Sets all file systems up, instead of what was there, for paths that are used from now on.
   *
   * @param flink Flink's configuration
   * @param environment variables that say what the configuration doesn't
   * @param plugins file systems that aren't on the class path
   * @throws ErrataException USAGE where a value of the configuration is a reference that can't be
   *     resolved, or the settings can't be used
   */
  public static synchronized void setUp(
      Configuration flink, Map<String, String> environment, PluginManager plugins) {
    Configuration settings = StoreSettings.of(flink, environment);
    try {
      FileSystem.initialize(settings, plugins);
    } catch (RuntimeException e) {
      // Google's reads the key's file already here.
      throw broken(e);
    }
    isSetUp = true;
    // Google's connector tells the console, and not Flink's log, of each request that took long.
    GOOGLE.setLevel(Level.SEVERE);
  }

  /** Without what the exceptions say: a key that can't be parsed may be in it. */
  private static ErrataException broken(RuntimeException e) {
    Throwable first = e;
    for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
      first = cause;
    }
    return new ErrataException(
        ErrorCode.USAGE,
        "Cannot set up Flink's file systems: their settings can't be used ("
            + first.getClass().getSimpleName()
            + ")",
        "Check that GOOGLE_APPLICATION_CREDENTIALS names a key's file where it is set, that"
            + " FLINK_PLUGINS_DIR holds folders with jars and nothing else, and Flink's"
            + " configuration in FLINK_CONF_DIR; docs/object-stores.md shows them.",
        e);
  }

  /**
   * The path of a text in a spec. A bucket alone is its topmost folder.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Path path(String text) {
    Path path = new Path(text);
    return isLocal(path) || !path.toUri().getPath().isEmpty() ? path : new Path(text + "/");
  }

  private static boolean isLocal(Path path) {
    @Nullable String scheme = path.toUri().getScheme();
    return scheme == null || scheme.equals("file");
  }

  /** Whether a path is one of an object store, where what is written appears when it is whole. */
  public static boolean isObjectStore(Path path) {
    @Nullable String scheme = path.toUri().getScheme();
    return scheme != null && OBJECT_STORES.contains(scheme.toLowerCase(Locale.ROOT));
  }

  /** What to do where there is no file system for the scheme of a path. */
  public static String remedy(Path path) {
    if ("hdfs".equals(path.toUri().getScheme())) {
      return "Put Hadoop's jars on Flink's class path, on every machine of a cluster: HADOOP_CLASSPATH"
          + " names them, as `hadoop classpath` prints them; docs/object-stores.md says more.";
    }
    @Nullable String jar =
        Map.of(
                "s3", "flink-s3-fs-hadoop",
                "s3a", "flink-s3-fs-hadoop",
                "gs", "flink-gs-fs-hadoop")
            .get(String.valueOf(path.toUri().getScheme()));
    return jar == null
        ? "Use a local path, s3://, gs:// or hdfs://, or add Flink's plugin for this file system."
        : "Put "
            + jar
            + " into a folder of its own below Flink's plugins (FLINK_PLUGINS_DIR says where these"
            + " are; ./errata does it by itself), on every machine of a cluster;"
            + " docs/object-stores.md shows how.";
  }
}
