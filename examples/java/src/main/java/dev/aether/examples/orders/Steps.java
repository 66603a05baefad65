package dev.aether.examples.orders;

import dev.aether.client.AetherClient;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.SaveCommand;
import dev.aether.client.actor.Actors;
import dev.aether.client.actor.EventCodec;
import dev.aether.client.actor.EventContext;
import dev.aether.client.retry.JitterRetry;
import dev.aether.examples.common.Json;
import dev.aether.examples.common.Patience;
import dev.aether.examples.orders.OrderEvent.OrderCancelled;
import dev.aether.examples.orders.OrderEvent.OrderConfirmed;
import dev.aether.examples.orders.PaymentEvent.PaymentRefused;
import dev.aether.examples.orders.PaymentEvent.PaymentTaken;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/**
 * What the process manager does. Each step has its effect once, however often it is done: where
 * nobody else writes, by its commit id alone; where others write, by the actor's own state.
 */
final class Steps {
  /** Nobody gets an order paid above this, in cents. */
  static final long LARGEST_PAYMENT = 10_000;

  static final EventCodec<PaymentEvent> PAYMENTS =
      Json.events(PaymentTaken.class, PaymentRefused.class);

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Actors<Stock, StockEvent> stocks;
  private final Actors<Order, OrderEvent> orders;
  private final Patience patience;

  Steps(AetherClient client) {
    this.stocks = Actors.of(client, Stock.TYPE, new JitterRetry());
    this.orders = Actors.of(client, Order.TYPE, new JitterRetry());
    this.patience = new Patience(client, PATIENCE, failure -> {});
  }

  Order order(String order) {
    return patience.ask(() -> orders.load(order)).state();
  }

  /** Many orders want the same stock: it is decided on its state, again after a conflict. */
  void reserve(String order, String sku, int quantity, long askedAt, EventContext cause) {
    stock(order + ".reserve", sku, stock -> stock.reserve(order, quantity, askedAt), cause);
  }

  /** As {@link #reserve}. */
  void release(String order, String sku, int quantity, long askedAt, EventContext cause) {
    stock(order + ".release", sku, stock -> stock.release(order, quantity, askedAt), cause);
  }

  private void stock(
      String step, String sku, Function<Stock, List<StockEvent>> decide, EventContext cause) {
    var unused =
        patience.ask(
            () ->
                stocks
                    .with(
                        settings ->
                            settings.withCommitIds(attempt -> step + "." + attempt.latestVersion()))
                    .handle("stock." + sku, cause, decide));
  }

  /** Takes the money or not: the first and only event of the payment. */
  void pay(String order, long amount, EventContext cause) {
    PaymentEvent event =
        amount <= LARGEST_PAYMENT
            ? new PaymentTaken(order, amount)
            : new PaymentRefused(order, amount);
    once("payment." + order, 0, order + ".pay", PAYMENTS, event, cause);
  }

  /** The order's second and last event. */
  void confirm(String order, EventContext cause) {
    once(order, 1, order + ".confirm", Order.CODEC, new OrderConfirmed(), cause);
  }

  /** The order's second and last event. */
  void cancel(String order, String why, EventContext cause) {
    once(order, 1, order + ".cancel", Order.CODEC, new OrderCancelled(why), cause);
  }

  /** The same commit each time: the first is stored, the others are answered as the first. */
  private <E> void once(
      String actor, long version, String id, EventCodec<E> codec, E event, EventContext cause) {
    var unused =
        patience.save(
            SaveCommand.builder(actor, ExpectedVersion.exactly(version))
                .commitId(id)
                .event(cause.on(codec.encode(event)))
                .build());
  }
}
