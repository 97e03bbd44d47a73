package io.errata.state.plan;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of this machine. A symbolic link below it is refused wherever a path goes through one,
 * so that a plan that came from somebody else can't make Errata read or overwrite anything outside.
 * What is written is forced to the disk when it is closed: a plan's before images are all that a
 * rollback has. Thread-safe, as far as paths differ.
 */
public final class LocalPlanStorage implements PlanStorage {
  private final Path root;

  private LocalPlanStorage(Path root) {
    this.root = root;
  }

  /** Files below a folder, which is made when the first file is written. */
  public static LocalPlanStorage of(Path folder) {
    return new LocalPlanStorage(folder.toAbsolutePath().normalize());
  }

  @Override
  public String location() {
    return root.toString();
  }

  @Override
  public boolean exists(String path) {
    return Files.exists(resolve(path), LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public InputStream read(String path) {
    try {
      return Files.newInputStream(resolve(path));
    } catch (IOException e) {
      throw failed("read", path, e);
    }
  }

  @Override
  public OutputStream write(String path) {
    try {
      return new DurableOutputStream(create(path));
    } catch (IOException e) {
      throw failed("write", path, e);
    }
  }

  @Override
  public InputFile input(String path) {
    return new LocalInputFile(resolve(path));
  }

  @Override
  public OutputFile output(String path) {
    return new LocalOutput(path);
  }

  @Override
  public List<String> list(String folder) {
    List<String> paths = new ArrayList<>();
    try {
      Files.walkFileTree(
          resolve(folder),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              paths.add(relative(file));
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
    return paths.stream().sorted().toList();
  }

  @Override
  public List<String> folders(String folder) {
    Path path = folder.isEmpty() ? root : resolve(folder);
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && !path.equals(root)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(path)) {
      return children
          .filter(child -> Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS))
          .map(child -> child.getFileName().toString())
          .sorted()
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw failed("list", folder, e);
    }
  }

  @Override
  public long size(String path) {
    try {
      return Files.size(resolve(path));
    } catch (IOException e) {
      throw failed("read", path, e);
    }
  }

  @Override
  public void move(String from, String to) {
    try {
      Path target = resolve(to);
      Path parent = parent(target);
      Files.createDirectories(parent);
      Files.move(
          resolve(from),
          target,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      force(parent);
    } catch (IOException e) {
      throw failed("move", from, e);
    }
  }

  @Override
  public void delete(String path) {
    try {
      Files.walkFileTree(
          resolve(path),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
                throws IOException {
              if (failure != null) {
                throw failure;
              }
              Files.delete(folder);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      // Nothing there is what was asked for.
    } catch (IOException e) {
      throw failed("delete", path, e);
    }
  }

  private Path resolve(String path) {
    Path resolved = root;
    for (String name : PlanPath.check(path).split("/", -1)) {
      resolved = resolved.resolve(name);
      if (Files.isSymbolicLink(resolved)) {
        throw new ErrataException(
            ErrorCode.INVALID_PLAN,
            "Cannot use a path of a plan: " + path + " (" + resolved + " is a symbolic link)",
            "Replace the link by what it refers to, or make the plan again.");
      }
    }
    return resolved;
  }

  private String relative(Path file) {
    StringBuilder path = new StringBuilder();
    for (Path name : root.relativize(file)) {
      path.append(path.isEmpty() ? "" : "/").append(name);
    }
    return path.toString();
  }

  private FileChannel create(String path) throws IOException {
    Path file = resolve(path);
    Files.createDirectories(parent(file));
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? file : parent;
  }

  private static void force(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Some systems can't open a folder; there, a move is as durable as they make it.
    }
  }

  private ErrataException failed(String verb, String path, IOException cause) {
    return new ErrataException(
        ErrorCode.UNAVAILABLE,
        "Cannot " + verb + " " + root.resolve(path) + ": " + cause.getClass().getSimpleName(),
        "Look whether the folder is there, may be written to, and has space left.",
        cause);
  }

  /** Forces to the disk what was written, before it is closed. */
  private static final class DurableOutputStream extends FilterOutputStream {
    private final FileChannel channel;

    DurableOutputStream(FileChannel channel) {
      super(java.nio.channels.Channels.newOutputStream(channel));
      this.channel = channel;
    }

    @Override
    public void write(byte[] content, int offset, int length) throws IOException {
      out.write(content, offset, length);
    }

    @Override
    public void close() throws IOException {
      if (channel.isOpen()) {
        channel.force(true);
      }
      super.close();
    }
  }

  /** Counts what is written, as Parquet asks for it. */
  private static final class CountingOutputStream extends PositionOutputStream {
    private final OutputStream out;
    private long position;

    CountingOutputStream(OutputStream out) {
      this.out = out;
    }

    @Override
    public long getPos() {
      return position;
    }

    @Override
    public void write(int value) throws IOException {
      out.write(value);
      position++;
    }

    @Override
    public void write(byte[] content, int offset, int length) throws IOException {
      out.write(content, offset, length);
      position += length;
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  private final class LocalOutput implements OutputFile {
    private final String path;

    LocalOutput(String path) {
      this.path = PlanPath.check(path);
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) throws IOException {
      if (exists(path)) {
        throw new IOException("Cannot create " + path + ": it is there already");
      }
      return createOrOverwrite(blockSizeHint);
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
      return new CountingOutputStream(
          new java.io.BufferedOutputStream(
              new DurableOutputStream(LocalPlanStorage.this.create(path)), 1 << 16));
    }

    @Override
    public boolean supportsBlockSize() {
      return false;
    }

    @Override
    public long defaultBlockSize() {
      return 0;
    }

    @Override
    public String getPath() {
      return root.resolve(path).toString();
    }
  }
}
