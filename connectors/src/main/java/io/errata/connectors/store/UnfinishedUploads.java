package io.errata.connectors.store;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.apache.flink.util.WrappingProxy;
import org.apache.flink.util.WrappingProxyUtil;
import org.jspecify.annotations.Nullable;

/**
 * The parts of files that were being written to S3 when their writer was killed. Nobody sees them,
 * and they are paid for until somebody aborts their upload. GCS drops its own after a week.
 */
public final class UnfinishedUploads {
  private UnfinishedUploads() {}

  /**
   * Aborts the uploads of all files below a folder; does nothing on other stores than S3.
   *
   * @return how many there were
   * @throws IOException where the store fails
   */
  public static int abort(FileSystem files, Path folder) throws IOException {
    String scheme = String.valueOf(folder.toUri().getScheme());
    if (!scheme.equals("s3") && !scheme.equals("s3a")) {
      return 0;
    }
    try {
      Object flink =
          files instanceof WrappingProxy<?> proxy ? WrappingProxyUtil.stripProxy(proxy) : files;
      return new Hadoop(flink.getClass().getMethod("getHadoopFileSystem").invoke(flink))
          .abort(folder);
    } catch (InvocationTargetException | ExecutionException e) {
      throw new IOException("Cannot abort uploads below " + folder, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Cannot abort uploads below " + folder, e);
    } catch (Exception e) {
      throw new IOException("Cannot abort uploads below " + folder, e);
    }
  }

  private record Upload(String key, String id) {}

  /**
   * Hadoop's file system for S3, of the class loader of Flink's plugin: Flink's own interface
   * doesn't know uploads.
   */
  private record Hadoop(Object files) {
    int abort(Path folder) throws Exception {
      String prefix = folder.toUri().getPath().substring(1) + "/";
      Object builder =
          files
              .getClass()
              .getMethod("createMultipartUploader", load("org.apache.hadoop.fs.Path"))
              .invoke(files, hadoop(folder));
      int aborted = 0;
      try (AutoCloseable uploader =
          (AutoCloseable)
              load("org.apache.hadoop.fs.FSBuilder").getMethod("build").invoke(builder)) {
        for (Upload upload : uploads(listsByFolder() ? prefix : null)) {
          if (upload.key().startsWith(prefix)) {
            abort(uploader, upload, new Path(folder, upload.key().substring(prefix.length())));
            aborted++;
          }
        }
      }
      return aborted;
    }

    private void abort(Object uploader, Upload upload, Path file) throws Exception {
      Object handle =
          load("org.apache.hadoop.fs.BBUploadHandle")
              .getMethod("from", ByteBuffer.class)
              .invoke(null, ByteBuffer.wrap(upload.id().getBytes(StandardCharsets.UTF_8)));
      Object answer =
          load("org.apache.hadoop.fs.MultipartUploader")
              .getMethod(
                  "abort",
                  load("org.apache.hadoop.fs.UploadHandle"),
                  load("org.apache.hadoop.fs.Path"))
              .invoke(uploader, handle, hadoop(file));
      ((CompletableFuture<?>) answer).get();
    }

    /** MinIO lists uploads of the whole bucket, or of one object by its whole name. */
    private boolean listsByFolder() throws Exception {
      Object configuration = files.getClass().getMethod("getConf").invoke(files);
      @Nullable Object endpoint =
          configuration
              .getClass()
              .getMethod("get", String.class)
              .invoke(configuration, "fs.s3a.endpoint");
      return endpoint == null
          || endpoint.toString().isEmpty()
          || endpoint.toString().contains(".amazonaws.com");
    }

    private List<Upload> uploads(@Nullable String prefix) throws Exception {
      Class<?> iterator = load("org.apache.hadoop.fs.RemoteIterator");
      Object found = files.getClass().getMethod("listUploads", String.class).invoke(files, prefix);
      List<Upload> uploads = new ArrayList<>();
      while (Boolean.TRUE.equals(iterator.getMethod("hasNext").invoke(found))) {
        Object upload = iterator.getMethod("next").invoke(found);
        uploads.add(new Upload(text(upload, "getKey"), text(upload, "getUploadId")));
      }
      return uploads;
    }

    private static String text(Object upload, String method) throws Exception {
      return String.valueOf(upload.getClass().getMethod(method).invoke(upload));
    }

    private Object hadoop(Path path) throws Exception {
      return load("org.apache.hadoop.fs.Path")
          .getConstructor(String.class)
          .newInstance(path.toString());
    }

    private Class<?> load(String name) throws ClassNotFoundException {
      return files.getClass().getClassLoader().loadClass(name);
    }
  }
}
