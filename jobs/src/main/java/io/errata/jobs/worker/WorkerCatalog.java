package io.errata.jobs.worker;

import io.errata.api.Combinable;
import io.errata.api.ErrataException;
import io.errata.api.ErrorCode;
import io.errata.api.Worker;
import io.errata.state.digest.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The workers in Java that are there, in all their versions. Immutable; the workers in it are for
 * one thread each.
 */
public final class WorkerCatalog {
  private final List<Worker<?>> workers;

  private WorkerCatalog(List<Worker<?>> workers) {
    this.workers =
        workers.stream()
            .sorted(
                Comparator.<Worker<?>, String>comparing(Worker::name)
                    .thenComparingInt(Worker::version))
            .toList();
  }

  /**
   * Finds workers with {@link ServiceLoader}.
   *
   * @throws ErrataException INVALID_WORKER where one can't be linked or made, has no name or a
   *     version below 1, or where two have the same name and version; it names the class
   */
  public static WorkerCatalog load(ClassLoader classes) {
    List<Worker<?>> found = new ArrayList<>();
    try {
      ServiceLoader.load(Worker.class, classes).forEach(found::add);
    } catch (ServiceConfigurationError e) {
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot load a worker: " + e.getMessage(),
          "Correct META-INF/services/"
              + Worker.class.getName()
              + " in the jar that it comes from; the class must be public, with"
              + " a public constructor without arguments.",
          e);
    } catch (LinkageError e) {
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot load a worker: " + e,
          "See that all classes that it needs are beside it, compiled for this release of Java ("
              + Runtime.version().feature()
              + ").",
          e);
    }
    return of(found);
  }

  /**
   * A catalog of given workers.
   *
   * @throws ErrataException as {@link #load}
   */
  public static WorkerCatalog of(List<? extends Worker<?>> workers) {
    Map<String, Worker<?>> seen = new TreeMap<>();
    for (Worker<?> worker : workers) {
      if (worker.name().isBlank() || worker.version() < 1) {
        throw new ErrataException(
            ErrorCode.INVALID_WORKER,
            "Cannot use worker "
                + worker.getClass().getName()
                + ": "
                + label(worker)
                + " (a name, and a version from 1)",
            "Give it a name and a version.");
      }
      Worker<?> other = seen.put(label(worker), worker);
      if (other != null) {
        throw new ErrataException(
            ErrorCode.INVALID_WORKER,
            "Cannot tell two workers apart: "
                + label(worker)
                + " (both "
                + other.getClass().getName()
                + " and "
                + worker.getClass().getName()
                + ")",
            "Give one of them another version, or leave one jar out.");
      }
    }
    return new WorkerCatalog(List.copyOf(workers));
  }

  /** All workers, by name and version. */
  public List<Worker<?>> workers() {
    return workers;
  }

  /**
   * One version.
   *
   * @throws ErrataException INVALID_WORKER where it isn't there; it names the nearest name, or the
   *     versions that there are
   */
  public Worker<?> find(String name, int version) {
    return versions(name).stream()
        .filter(worker -> worker.version() == version)
        .findFirst()
        .orElseThrow(
            () ->
                new ErrataException(
                    ErrorCode.INVALID_WORKER,
                    "Cannot find version "
                        + version
                        + " of worker "
                        + name
                        + " (there are "
                        + versions(name).stream()
                            .map(worker -> String.valueOf(worker.version()))
                            .collect(Collectors.joining(", "))
                        + ")",
                    "Name one of them, or give the jar with that version by --worker-jar."));
  }

  private List<Worker<?>> versions(String name) {
    List<Worker<?>> versions =
        workers.stream().filter(worker -> worker.name().equals(name)).toList();
    if (versions.isEmpty()) {
      TreeSet<String> names =
          workers.stream().map(Worker::name).collect(Collectors.toCollection(TreeSet::new));
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot find worker "
              + name
              + " (there are "
              + (names.isEmpty() ? "none" : String.join(", ", names))
              + ")"
              + NearestName.of(name, names).map(near -> "; did you mean " + near + "?").orElse(""),
          "Correct worker.name, or give the worker's jar, with its META-INF/services entry, by --worker-jar.");
    }
    return versions;
  }

  /**
   * All versions of a worker, by the date from which each is in force.
   *
   * @throws ErrataException INVALID_WORKER where there are none, or where they can't be used
   *     together: two in force from the same time, or with other key columns, columns, buckets or
   *     classes of state
   */
  public List<Worker<?>> asOf(String name) {
    List<Worker<?>> versions =
        versions(name).stream()
            .sorted(Comparator.<Worker<?>, Instant>comparing(Worker::effectiveFrom))
            .toList();
    for (int i = 1; i < versions.size(); i++) {
      Worker<?> earlier = versions.get(i - 1);
      Worker<?> later = versions.get(i);
      if (earlier.effectiveFrom().equals(later.effectiveFrom())) {
        throw apart(earlier, later, "both are in force from " + from(later));
      }
      requireSame(earlier, later, "key columns", earlier.key(), later.key());
      requireSame(earlier, later, "columns", earlier.columns(), later.columns());
      requireSame(earlier, later, "buckets", earlier.bucket(), later.bucket());
      Optional<String> earlierState = stateType(earlier.getClass());
      Optional<String> laterState = stateType(later.getClass());
      if (earlierState.isPresent() && laterState.isPresent()) {
        requireSame(earlier, later, "classes of state", earlierState.get(), laterState.get());
      }
    }
    return versions;
  }

  private static void requireSame(
      Worker<?> earlier, Worker<?> later, String what, Object first, Object second) {
    if (!first.equals(second)) {
      throw apart(earlier, later, "their " + what + " differ: " + first + " and " + second);
    }
  }

  private static ErrataException apart(Worker<?> earlier, Worker<?> later, String reason) {
    return new ErrataException(
        ErrorCode.INVALID_WORKER,
        "Cannot use " + label(earlier) + " and " + label(later) + " together: " + reason,
        "Name one version in the spec instead of as-of, or correct effectiveFrom, key, columns and state of one of them.");
  }

  private static String from(Worker<?> worker) {
    return worker.effectiveFrom().equals(Instant.MIN)
        ? "the beginning"
        : worker.effectiveFrom().toString();
  }

  private static String label(Worker<?> worker) {
    return worker.name() + "@" + worker.version();
  }

  /** What stands for S in {@code Worker<S>}, where the class says so. */
  private static Optional<String> stateType(Class<?> type) {
    Deque<Type> open = new ArrayDeque<>(List.of(type));
    while (!open.isEmpty()) {
      Type next = open.pop();
      Class<?> raw =
          next instanceof ParameterizedType generic
              ? (Class<?>) generic.getRawType()
              : (Class<?>) next;
      if (raw == Worker.class || raw == Combinable.class) {
        return next instanceof ParameterizedType generic
                && generic.getActualTypeArguments()[0] instanceof Class<?> state
            ? Optional.of(state.getName())
            : Optional.empty();
      }
      open.addAll(Arrays.asList(raw.getGenericInterfaces()));
      if (raw.getGenericSuperclass() != null) {
        open.add(raw.getGenericSuperclass());
      }
    }
    return Optional.empty();
  }

  /**
   * The digest of a worker's code: its class, its superclasses up to the platform's or Errata's
   * API, and all classes nested in them. It doesn't see other classes that they call.
   *
   * @throws ErrataException INVALID_WORKER where a class file can't be read
   */
  public static Digest codeDigest(Worker<?> worker) {
    MessageDigest digest = Digest.sha256();
    for (Class<?> type = worker.getClass();
        type != null && type != Object.class;
        type = type.getSuperclass()) {
      List<Class<?>> nest =
          Arrays.stream(type.getNestMembers())
              .sorted(Comparator.<Class<?>, String>comparing(Class::getName))
              .toList();
      for (Class<?> member : nest) {
        // Each part says how long it is, so that no two sets of classes give the same bytes.
        feed(digest, member.getName().getBytes(StandardCharsets.UTF_8));
        feed(digest, bytes(member));
      }
    }
    return Digest.of(digest);
  }

  private static void feed(MessageDigest digest, byte[] part) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
    digest.update(part);
  }

  private static byte[] bytes(Class<?> type) {
    try (InputStream in = ClassFiles.open(type)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ErrataException(
          ErrorCode.INVALID_WORKER,
          "Cannot read the class file of worker " + type.getName() + ": " + e.getMessage(),
          "Put the worker in a jar or folder on the class path.",
          e);
    }
  }
}
