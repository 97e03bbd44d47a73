package io.errata.state.table.csv;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a file system says of a file. Two that are equal are of one file that nobody wrote to in
 * between, as far as its clock tells; where that has to be certain, digests are compared.
 *
 * @param size in bytes
 * @param modified as finely as the file system keeps it
 * @param file which file it is, whatever its name; null where the file system doesn't say
 */
record FileState(long size, Instant modified, @Nullable Object file) {
  static FileState of(Path path) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return new FileState(
        attributes.size(), attributes.lastModifiedTime().toInstant(), attributes.fileKey());
  }
}
