package dev.aether.testkit;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A JUnit 5 extension that provides a {@link TestAether}, registered with
 * {@code @RegisterExtension}:
 *
 * <ul>
 *   <li>in an instance field, each test gets an Aether of its own with an empty store, started
 *       before {@code @BeforeEach} and closed after {@code @AfterEach};
 *   <li>in a static field, the tests of the class share one, started before {@code @BeforeAll} and
 *       closed after {@code @AfterAll}; the tests separate their data by the names of their actors.
 *       After each test, remaining faults are cleared; the store and the clock keep their state.
 * </ul>
 *
 * <p>Its methods throw {@link IllegalStateException} while no Aether is running.
 */
public final class AetherExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private final Supplier<TestAether> start;
  private volatile @Nullable TestAether running;

  /**
   * Number of running test classes that share it, nested in each other; changed by JUnit's thread
   * only.
   */
  private int classes;

  private AetherExtension(Supplier<TestAether> start) {
    this.start = start;
  }

  /** Same as {@link TestAether#inMemory()}. */
  public static AetherExtension inMemory() {
    return new AetherExtension(TestAether::inMemory);
  }

  /** Same as {@link TestAether#onNats()}. */
  public static AetherExtension onNats() {
    return new AetherExtension(TestAether::onNats);
  }

  /** Same as {@link TestAether#onNats(Path)}. */
  public static AetherExtension onNats(Path natsServer) {
    return new AetherExtension(() -> TestAether.onNats(natsServer));
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (classes++ == 0) {
      running = start.get();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    if (classes == 0) {
      running = start.get();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (classes == 0) {
      end();
    } else {
      aether().clearFaults();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (--classes == 0) {
      end();
    }
  }

  private void end() {
    TestAether ended = running;
    running = null;
    if (ended != null) {
      ended.close();
    }
  }

  private TestAether aether() {
    TestAether now = running;
    if (now == null) {
      throw new IllegalStateException(
          "no Aether is running: register the extension with @RegisterExtension and use it in tests");
    }
    return now;
  }

  /** Same as {@link TestAether#client()}. */
  public AetherClient client() {
    return aether().client();
  }

  /** Same as {@link TestAether#newClient()}. */
  public AetherClient newClient() {
    return aether().newClient();
  }

  /** Same as {@link TestAether#clientBuilder()}. */
  public AetherClientBuilder clientBuilder() {
    return aether().clientBuilder();
  }

  /** Same as {@link TestAether#endpoint()}. */
  public String endpoint() {
    return aether().endpoint();
  }

  /** Same as {@link TestAether#clock()}. */
  public TestClock clock() {
    return aether().clock();
  }

  /** Same as {@link TestAether#faults()}. */
  public Faults faults() {
    return aether().faults();
  }

  /** Same as {@link TestAether#nats()}. */
  public TestNats nats() {
    return aether().nats();
  }
}
