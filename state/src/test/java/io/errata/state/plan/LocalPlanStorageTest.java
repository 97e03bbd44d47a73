package io.errata.state.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalPlanStorageTest {
  @TempDir private Path temporary;

  private Path root;
  private PlanStorage storage;

  @BeforeEach
  void open() {
    root = temporary.resolve("plans");
    storage = LocalPlanStorage.of(root);
  }

  @Test
  void storage_ofNoFolder_isEmpty() {
    assertThat(storage.list("a")).isEmpty();
    assertThat(storage.folders("")).isEmpty();
    assertThat(storage.folders("a")).isEmpty();
    assertThat(storage.exists("a")).isFalse();
    storage.delete("a");
    assertThat(root).doesNotExist();
  }

  @Test
  void list_ofFiles_isInTheOrderOfTheirNames() throws IOException {
    write("b/2", "xy");
    write("b/c/1", "x");
    write("b/10", "");
    write("a", "x");
    assertThat(storage.list("b")).containsExactly("b/10", "b/2", "b/c/1");
    assertThat(storage.folders("")).containsExactly("b");
    assertThat(storage.folders("b")).containsExactly("c");
    assertThat(storage.folders("a")).isEmpty();
    assertThat(storage.size("b/2")).isEqualTo(2);
    assertThat(storage.input("b/2").getLength()).isEqualTo(2);
  }

  @Test
  void move_replacesWhatIsThere() throws IOException {
    write("a/1", "old");
    write("b/1", "new");
    storage.move("b/1", "a/1");
    storage.move("a/1", "c/d/1");
    assertThat(storage.read("c/d/1")).hasContent("new");
    assertThat(storage.exists("a/1")).isFalse();
    assertThat(storage.exists("b/1")).isFalse();
  }

  @Test
  void write_replacesWhatIsThere() throws IOException {
    write("a", "longer");
    write("a", "new");
    assertThat(storage.read("a")).hasContent("new");
    try (OutputStream out = storage.output("a").createOrOverwrite(0)) {
      out.write('x');
    }
    assertThat(storage.read("a")).hasContent("x");
  }

  @Test
  void delete_ofFolder_takesAllInIt() throws IOException {
    write("a/b/1", "x");
    write("a/2", "x");
    write("ab", "x");
    storage.delete("a");
    assertThat(storage.list("a")).isEmpty();
    assertThat(root.resolve("a")).doesNotExist();
    assertThat(storage.exists("ab")).isTrue();
  }

  @Test
  void everyOperation_onPathThatLeadsOut_isRefused() throws IOException {
    Files.createDirectories(root);
    Files.writeString(temporary.resolve("secret"), "x");
    for (String path :
        List.of(
            "../secret", temporary.resolve("secret").toString(), "a/../../secret", "a/./b", "")) {
      assertAllRefused(path, "it must be relative and stay below the plan's folder");
    }
    assertThat(temporary.resolve("secret")).hasContent("x");
  }

  @Test
  void everyOperation_throughLink_isRefused() throws IOException {
    write("a/1", "x");
    Files.createDirectories(temporary.resolve("outside"));
    Files.writeString(temporary.resolve("outside/secret"), "x");
    Files.createSymbolicLink(root.resolve("a/link"), temporary.resolve("outside"));
    assertAllRefused("a/link/secret", "is a symbolic link");
    assertAllRefused("a/link", "is a symbolic link");
    assertThat(storage.list("a")).containsExactly("a/1", "a/link");
    assertThat(storage.folders("a")).isEmpty();

    storage.delete("a");
    assertThat(temporary.resolve("outside/secret")).hasContent("x");
  }

  @Test
  void root_thatIsLink_isUsed() throws IOException {
    Files.createDirectories(temporary.resolve("real"));
    Files.createSymbolicLink(root, temporary.resolve("real"));
    write("a/1", "x");
    assertThat(storage.list("a")).containsExactly("a/1");
    assertThat(storage.folders("")).containsExactly("a");
    assertThat(temporary.resolve("real/a/1")).hasContent("x");
  }

  @Test
  void failures_areUnavailable() throws IOException {
    write("a", "x");
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> storage.read("b"),
            () -> storage.size("b"),
            () -> storage.move("b", "c"),
            () -> storage.write("a/b"))) {
      assertThatThrownBy(call)
          .isInstanceOf(ErrataException.class)
          .hasMessageContaining(root.toString())
          .extracting(e -> ((ErrataException) e).code())
          .isEqualTo(ErrorCode.UNAVAILABLE);
    }
  }

  private void write(String path, String content) throws IOException {
    try (OutputStream out = storage.write(path)) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void assertAllRefused(String path, String message) {
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> storage.exists(path),
            () -> storage.read(path),
            () -> storage.write(path),
            () -> storage.input(path),
            () -> storage.output(path).createOrOverwrite(0),
            () -> storage.list(path),
            () -> storage.size(path),
            () -> storage.move(path, "x"),
            () -> storage.move("x", path),
            () -> storage.delete(path))) {
      assertThatThrownBy(call)
          .isInstanceOf(ErrataException.class)
          .hasMessageContaining(message)
          .extracting(e -> ((ErrataException) e).code())
          .isEqualTo(ErrorCode.INVALID_PLAN);
    }
  }
}
