package io.errata.state.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;

/**
 * A storage whose n-th operation and all after it fail, as where a process is killed: half of it
 * may have been done.
 */
final class FailingPlanStorage implements PlanStorage {
  /** How much of the failing operation is done. */
  enum Done {
    NOTHING,
    HALF,
    ALL
  }

  private final PlanStorage storage;
  private final Done done;
  private int left;

  FailingPlanStorage(PlanStorage storage, int operations, Done done) {
    this.storage = storage;
    this.left = operations;
    this.done = done;
  }

  @Override
  public String location() {
    return storage.location();
  }

  @Override
  public boolean exists(String path) {
    count();
    return storage.exists(path);
  }

  @Override
  public InputStream read(String path) {
    count();
    return storage.read(path);
  }

  @Override
  public OutputStream write(String path) {
    if (fails() && done == Done.NOTHING) {
      throw failure();
    }
    return new FilterOutputStream(storage.write(path)) {
      @Override
      public void write(byte[] content, int offset, int length) throws IOException {
        out.write(content, offset, left < 0 && done == Done.HALF ? length / 2 : length);
        if (left < 0) {
          out.close();
          throw failure();
        }
      }
    };
  }

  @Override
  public InputFile input(String path) {
    count();
    return storage.input(path);
  }

  @Override
  public OutputFile output(String path) {
    count();
    return storage.output(path);
  }

  @Override
  public List<String> list(String folder) {
    count();
    return storage.list(folder);
  }

  @Override
  public List<String> folders(String folder) {
    count();
    return storage.folders(folder);
  }

  @Override
  public long size(String path) {
    count();
    return storage.size(path);
  }

  @Override
  public void move(String from, String to) {
    boolean fails = fails();
    if (!fails || done == Done.ALL) {
      storage.move(from, to);
    }
    if (fails) {
      throw failure();
    }
  }

  @Override
  public void delete(String path) {
    if (!fails()) {
      storage.delete(path);
      return;
    }
    if (done == Done.ALL) {
      storage.delete(path);
    } else if (done == Done.HALF) {
      List<String> files = storage.list(path);
      files.subList(0, files.size() / 2).forEach(storage::delete);
    }
    throw failure();
  }

  private void count() {
    if (fails()) {
      throw failure();
    }
  }

  private boolean fails() {
    left--;
    return left < 0;
  }

  private static ErrataException failure() {
    return new ErrataException(ErrorCode.UNAVAILABLE, "Cannot reach the storage", "Try again.");
  }
}
