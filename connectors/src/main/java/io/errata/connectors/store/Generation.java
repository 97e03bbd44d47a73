package io.errata.connectors.store;

import java.lang.reflect.InvocationTargetException;
import java.time.Instant;
import org.apache.flink.core.fs.FileStatus;

/** What tells one content of a file from another that was written in its place. */
public final class Generation {
  private Generation() {}

  /**
   * The ETag where the store tells one, as S3 does, whose times are of whole seconds; elsewhere
   * when the file was last modified, by the store's clock. GCS has that to the millisecond, and
   * takes no two writes of an object within a second.
   */
  public static String of(FileStatus status) {
    String tag = tag(status);
    return tag.isEmpty()
        ? Instant.ofEpochMilli(status.getModificationTime()).toString()
        : "etag " + tag;
  }

  /** Flink's own status has none; the one of Hadoop below it does, in a class of the plugin. */
  private static String tag(FileStatus status) {
    try {
      Object below = status.getClass().getMethod("getInternalFileStatus").invoke(status);
      return below.getClass().getMethod("getEtag").invoke(below) instanceof String tag
          ? tag.replace("\"", "")
          : "";
    } catch (NoSuchMethodException e) {
      return "";
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("The file system's status can't be asked", e);
    }
  }
}
