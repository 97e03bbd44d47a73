package io.errata.jobs.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.connectors.store.FileStores;
import io.errata.connectors.store.StoreFault;
import io.errata.connectors.store.ToldFailure;
import io.errata.connectors.store.UnfinishedUploads;
import io.errata.state.plan.PlanPath;
import io.errata.state.plan.PlanStorage;
import java.io.FileNotFoundException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.FSDataOutputStream;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.FileSystem.WriteMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.core.fs.UnsupportedFileSystemSchemeException;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder on any of Flink's file systems: local, {@code gs://}, {@code s3://}, {@code hdfs://}.
 */
public final class FlinkPlanStorage implements PlanStorage {
  private static final Logger LOG = LoggerFactory.getLogger(FlinkPlanStorage.class);

  private final Path root;
  private final FileSystem files;

  private FlinkPlanStorage(Path root, FileSystem files) {
    this.root = root;
    this.files = files;
  }

  /**
   * The storage of a folder, which need not exist yet.
   *
   * @param location an absolute path, or a URI of a file system that Flink knows
   * @throws ErrataException INVALID_SPEC where no file system is known for the scheme, FORBIDDEN
   *     where there are no credentials for it
   */
  public static FlinkPlanStorage at(String location) {
    Path root = FileStores.path(location);
    try {
      return new FlinkPlanStorage(root, FileStores.of(root));
    } catch (UnsupportedFileSystemSchemeException e) {
      throw new ErrataException(
          ErrorCode.INVALID_SPEC,
          "Cannot use " + location + ": no file system is known for it",
          FileStores.remedy(root),
          e);
    } catch (IOException e) {
      throw failed("use", location, e);
    }
  }

  @Override
  public String location() {
    return root.toString();
  }

  /** The URI of a folder below this one. */
  public String below(String path) {
    return resolve(path).toString();
  }

  /** The URI of a folder below this one, with its scheme even where it is a local path. */
  String uriBelow(String path) {
    Path folder = resolve(path);
    return folder.makeQualified(files).toString();
  }

  private Path resolve(String path) {
    return new Path(root, PlanPath.check(path));
  }

  /** A call of the file system. */
  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T run(String verb, String path, Call<T> call) {
    try {
      return call.run();
    } catch (FileNotFoundException e) {
      throw new ErrataException(
          ErrorCode.INVALID_PLAN,
          "Cannot " + verb + " " + root + "/" + path + ": there is no such file",
          "Check the path; a plan whose files were removed has to be made again.",
          e);
    } catch (IOException e) {
      throw failed(verb, root + "/" + path, e);
    }
  }

  private static ErrataException failed(String verb, String path, IOException e) {
    StoreFault fault = StoreFault.of(e);
    return new ErrataException(
        fault.code(),
        "Cannot " + verb + " " + path + ": " + fault.words(),
        fault.next(),
        ToldFailure.of(e));
  }

  @Override
  public boolean exists(String path) {
    Path file = resolve(path);
    return run("look for", path, () -> files.exists(file));
  }

  @Override
  public InputStream read(String path) {
    Path file = resolve(path);
    return run("read", path, () -> files.open(file));
  }

  @Override
  public OutputStream write(String path) {
    // Stores take a file as a whole when it is closed, and refuse it only then.
    return new FilterOutputStream(create(path)) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
      }

      @Override
      public void close() {
        run(
            "write",
            path,
            () -> {
              super.close();
              return true;
            });
      }
    };
  }

  /**
   * Writes a small file in the place of one that may be there, so that at every moment there is one
   * or the other. Where the file system can't do that, there may be none for a moment.
   */
  public void replace(String path, byte[] content) {
    boolean whole = FileStores.isObjectStore(root);
    String aside = whole ? path : path + ".new";
    try (OutputStream out = write(aside)) {
      out.write(content);
    } catch (IOException e) {
      throw failed("write", root + "/" + aside, e);
    }
    if (!whole) {
      move(aside, path);
    }
  }

  private FSDataOutputStream create(String path) {
    Path file = resolve(path);
    return run(
        "write",
        path,
        () -> {
          if (!FileStores.isObjectStore(root)) {
            files.mkdirs(file.getParent());
          }
          return files.create(file, WriteMode.OVERWRITE);
        });
  }

  @Override
  public InputFile input(String path) {
    Path file = resolve(path);
    return new InputFile() {
      @Override
      public long getLength() throws IOException {
        return files.getFileStatus(file).getLen();
      }

      @Override
      public SeekableInputStream newStream() throws IOException {
        FSDataInputStream stream = files.open(file);
        return new DelegatingSeekableInputStream(stream) {
          @Override
          public long getPos() throws IOException {
            return stream.getPos();
          }

          @Override
          public void seek(long position) throws IOException {
            stream.seek(position);
          }
        };
      }
    };
  }

  @Override
  public OutputFile output(String path) {
    return new OutputFile() {
      @Override
      public PositionOutputStream create(long blockSize) {
        FSDataOutputStream stream = FlinkPlanStorage.this.create(path);
        return new DelegatingPositionOutputStream(stream) {
          @Override
          public long getPos() throws IOException {
            return stream.getPos();
          }
        };
      }

      @Override
      public PositionOutputStream createOrOverwrite(long blockSize) {
        return create(blockSize);
      }

      @Override
      public boolean supportsBlockSize() {
        return false;
      }

      @Override
      public long defaultBlockSize() {
        return 0;
      }
    };
  }

  @Override
  public List<String> list(String folder) {
    List<String> paths = new ArrayList<>();
    collect(folder, paths);
    Collections.sort(paths);
    return paths;
  }

  private void collect(String folder, List<String> paths) {
    for (FileStatus status : statuses(folder)) {
      String path =
          folder.isEmpty() ? status.getPath().getName() : folder + "/" + status.getPath().getName();
      if (status.isDir()) {
        collect(path, paths);
      } else {
        paths.add(path);
      }
    }
  }

  @Override
  public List<String> folders(String folder) {
    List<String> names = new ArrayList<>();
    for (FileStatus status : statuses(folder)) {
      if (status.isDir()) {
        names.add(status.getPath().getName());
      }
    }
    Collections.sort(names);
    return names;
  }

  private List<FileStatus> statuses(String folder) {
    Path path = folder.isEmpty() ? root : resolve(folder);
    return run(
        "list",
        folder,
        () -> {
          try {
            FileStatus[] found = files.exists(path) ? files.listStatus(path) : null;
            return found == null ? List.of() : List.of(found);
          } catch (FileNotFoundException e) {
            // It is gone since: a run that is under way removes its old checkpoints.
            return List.of();
          }
        });
  }

  @Override
  public long size(String path) {
    Path file = resolve(path);
    return run("look at", path, () -> files.getFileStatus(file).getLen());
  }

  /**
   * When a file or folder was last changed: milliseconds since 1970, by the file system's clock.
   */
  long modified(String path) {
    Path file = resolve(path);
    return run("look at", path, () -> files.getFileStatus(file).getModificationTime());
  }

  @Override
  public void move(String from, String to) {
    Path source = resolve(from);
    Path target = resolve(to);
    boolean moved =
        run(
            "move",
            from,
            () -> {
              files.mkdirs(target.getParent());
              if (files.exists(target)) {
                files.delete(target, false);
              }
              return files.rename(source, target);
            });
    if (!moved) {
      throw new ErrataException(
          ErrorCode.UNAVAILABLE,
          "Cannot move " + root + "/" + from + " to " + to + ": the file system refused",
          "Check that the folder can be written, and try again.");
    }
  }

  @Override
  public void delete(String path) {
    Path file = resolve(path);
    run(
        "delete",
        path,
        () -> {
          if (files.exists(file)) {
            files.delete(file, true);
          }
          return true;
        });
  }

  /**
   * Deletes a folder with all that is in it, and the parts that a writer which was killed has left
   * of files in it.
   */
  void deleteFolder(String path) {
    delete(path);
    abortUploads(resolve(path));
  }

  /** As {@link #deleteFolder}, of the folder itself. */
  public void deleteAll() {
    run(
        "delete",
        "",
        () -> {
          if (files.exists(root)) {
            files.delete(root, true);
          }
          return true;
        });
    abortUploads(root);
  }

  private void abortUploads(Path folder) {
    try {
      int aborted = UnfinishedUploads.abort(files, folder);
      if (aborted > 0) {
        LOG.info("Aborted {} uploads below {} that were never finished", aborted, folder);
      }
    } catch (IOException e) {
      // They are in nobody's way, and a role may lack the right to list them.
      LOG.warn("Cannot abort unfinished uploads below {}: {}", folder, StoreFault.of(e).words(), e);
    }
  }
}
