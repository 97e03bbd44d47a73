package io.errata.state.plan;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;

/**
 * The files below one folder, on whatever file system. Paths are relative, with {@code /} between
 * names; one that leads out of the folder is refused with INVALID_PLAN. Failures of the file system
 * are {@link io.errata.api.ErrataException} UNAVAILABLE.
 */
public interface PlanStorage {
  /** The folder, for messages. */
  String location();

  boolean exists(String path);

  /** Starts to read a file. */
  InputStream read(String path);

  /** Starts to write a file, replacing one that is there. */
  OutputStream write(String path);

  /** The file for a Parquet reader. */
  InputFile input(String path);

  /** The file for a Parquet writer. */
  OutputFile output(String path);

  /**
   * Paths of all files below a folder, at any depth, in the order of their names; none where there
   * is no such folder.
   */
  List<String> list(String folder);

  /** Names of the folders directly below a folder, in order; none where there is no such folder. */
  List<String> folders(String folder);

  /** The size in bytes. */
  long size(String path);

  /** Moves a file, replacing one that is there. */
  void move(String from, String to);

  /** Deletes a file, or a folder with all that is in it; nothing happens where there is none. */
  void delete(String path);
}
