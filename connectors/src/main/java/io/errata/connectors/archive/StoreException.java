package io.errata.connectors.archive;

import java.io.IOException;

/**
 * The file system failed, as opposed to a file that says something wrong. Found again below what a
 * decoder wraps it in.
 */
final class StoreException extends IOException {
  private static final long serialVersionUID = 1;

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
