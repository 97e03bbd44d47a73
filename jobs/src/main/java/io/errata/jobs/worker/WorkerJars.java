package io.errata.jobs.worker;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.util.FlinkUserCodeClassLoader;
import org.apache.flink.util.FlinkUserCodeClassLoaders;
import org.jspecify.annotations.Nullable;

/**
 * Jars with workers of the user, loaded apart from the program until this is closed: what such a
 * jar holds comes from it, but for the classes of Errata, Flink and Java.
 */
public final class WorkerJars implements AutoCloseable {
  /** What a worker shares with the program, so that both mean the same by it. */
  public static final String SHARED = "io.errata.api.";

  private final @Nullable URLClassLoader own;

  private WorkerJars(@Nullable URLClassLoader own) {
    this.own = own;
  }

  /**
   * Opens them.
   *
   * @param jars in the order in which classes are looked for; may be none
   * @throws ErrataException INVALID_WORKER where a file isn't there or is no jar
   */
  public static WorkerJars open(List<Path> jars) {
    if (jars.isEmpty()) {
      return new WorkerJars(null);
    }
    URL[] urls = jars.stream().map(WorkerJars::url).toArray(URL[]::new);
    String[] shared =
        Stream.concat(
                Stream.of(CoreOptions.getParentFirstLoaderPatterns(new Configuration())),
                Stream.of(SHARED))
            .toArray(String[]::new);
    return new WorkerJars(
        FlinkUserCodeClassLoaders.childFirst(
            urls,
            WorkerJars.class.getClassLoader(),
            shared,
            FlinkUserCodeClassLoader.NOOP_EXCEPTION_HANDLER,
            false));
  }

  private static URL url(Path jar) {
    try (ZipFile file = new ZipFile(jar.toFile())) {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException("Cannot make a URL of a local file", e);
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot read the worker's jar " + jar + ": it isn't there, or is no jar",
          "Correct --worker-jar.",
          e);
    }
  }

  /** Where workers are looked for. */
  public ClassLoader loader() {
    return own == null ? Thread.currentThread().getContextClassLoader() : own;
  }

  @Override
  public void close() {
    if (own == null) {
      return;
    }
    try {
      own.close();
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.INTERNAL, "Cannot close the worker's jar", "Give the same command again.", e);
    }
  }
}
