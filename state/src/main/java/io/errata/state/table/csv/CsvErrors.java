package io.errata.state.table.csv;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** What goes wrong with files, in the words of a live table. */
final class CsvErrors {
  private CsvErrors() {}

  static ErrataException invalid(String message, String next) {
    return new ErrataException(ErrorCode.INVALID_TABLE, message, next);
  }

  /** The file system failed. */
  static ErrataException failed(String attempt, IOException e) {
    if (e instanceof AccessDeniedException) {
      return new ErrataException(
          ErrorCode.FORBIDDEN,
          attempt + ": the file system refuses it (" + reason(e) + ")",
          "Give this user the right to read the file and, to apply, to write in its folder.",
          e);
    }
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        attempt + ": the file system failed (" + reason(e) + ")",
        "Check the file, its folder and the space on the disk, then give the command again.",
        e);
  }

  private static String reason(IOException e) {
    if (e instanceof NoSuchFileException || e instanceof FileNotFoundException) {
      return "there is no such file";
    }
    if (e instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  /** The file is no longer the one that was read. */
  static ErrataException changed(String name, String while_) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot read " + name + ": it was changed or replaced while " + while_,
        "Give the command again; nothing was written.");
  }

  static ErrataException cancelled() {
    return new ErrataException(
        ErrorCode.CANCELLED,
        "Cannot go on: the live table was closed",
        "Give the command again if that was not meant.");
  }
}
