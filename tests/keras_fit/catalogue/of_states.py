"""Continued fits, optimizers that have trained before, and what was changed behind Keras's back."""

from __future__ import annotations

from dataclasses import replace

from catalogue.case import Case, each

ADAM = {"optimizer": "optimizers.Adam(0.02)"}

CONTINUED = [
    *each(
        "Continued",
        "before",
        "train(model, X, Y)",
        "model.fit(X, Y, verbose=0)",
        "model.fit(X, Y, verbose=0); train(model, X, Y)",
        "train(model, X, Y); model.fit(X, Y, verbose=0, shuffle=False)",
        "train(model, X, Y, validation_split=0.3)",
        "train(model, X, Y, sample_weight=np.ones(9))",
        "model.train_on_batch(X, Y)",
        "model.evaluate(X, Y, verbose=0)",
        "model.predict(X, verbose=0)",
        "model(X.astype('float32'), training=True)",
        "train(model, X, Y); model.set_weights([0.5 * w for w in model.get_weights()])",
        "train(model, X, Y); model.optimizer.learning_rate = 0.1",
        "train(model, X, Y); model.compile(optimizers.SGD(0.1), model.loss)",
        "train(model, X, Y); model.compile(model.optimizer, model.loss)",
        "train(model, X, Y); model.reset_metrics()",
        "model.stop_training = True",
        "model.optimizer.iterations.assign(7)",
        "model.optimizer.build(model.trainable_variables)",
        "model.optimizer.learning_rate = 0.1",
        "model.optimizer.learning_rate.assign(0.1)",
        "model.optimizer.beta_1 = 0.5",
        "model.optimizer.clipnorm = 0.01",
        "model.optimizer.weight_decay = 0.1",
        "model.optimizer.learning_rate = optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)",
        "model.set_weights([0.01 * w for w in model.get_weights()])",
        "model.set_weights([1e4 * w for w in model.get_weights()])",
        "model.load_weights(weights_of(model))",
        "model.optimizer = optimizers.SGD(0.1)",
        'model.loss = "mse"',
    ),
    *each(
        "Continued",
        "after",
        "model.fit(X, Y, verbose=0, shuffle=False)",
        "model.fit(X, Y, verbose=0, shuffle=False); train(model, X, Y)",
        "model = saved(model); train(model, X, Y)",
    ),
    *(
        Case("Continued", f"{optimizer}, train twice", {
            "optimizer": f"optimizers.{optimizer}", "before": "train(model, X, Y)"
        })
        for optimizer in (
            "SGD(0.05)", "SGD(0.05, momentum=0.9)", "SGD(0.05, momentum=0.9, nesterov=True)",
            "RMSprop(0.01)", "RMSprop(0.01, momentum=0.9)", "AdamW(0.02)",
        )
    ),
    *each(
        "Optimizers of other models",
        "before",
        "other = another(); train(other, X, Y); model.compile(other.optimizer, model.loss)",
        "other = another(4); train(other, X, Y); model.compile(other.optimizer, model.loss)",
        "other = another(); other.fit(X, Y, verbose=0); model.compile(other.optimizer, model.loss)",
        "other = another(); model.compile(other.optimizer, model.loss)",
        "other = another(); model.optimizer.build(other.trainable_variables)",
        "other = models.clone_model(model); other.compile(model.optimizer, model.loss)",
    ),
]  # fmt: skip

CHANGED = [
    *each(
        "Changed after build",
        "before",
        "model.layers[0].kernel_regularizer = regularizers.L2(0.1)",
        "model.layers[0].kernel.regularizer = regularizers.L2(0.1)",
        "model.layers[0].bias.regularizer = regularizers.L2(0.1)",
        "model.layers[0].bias_regularizer = regularizers.L2(0.1)",
        "model.layers[0].kernel_constraint = constraints.NonNeg()",
        "model.layers[0].kernel.constraint = constraints.NonNeg()",
        "model.layers[0].bias.constraint = constraints.NonNeg()",
        "model.layers[0].activity_regularizer = regularizers.L2(0.1)",
        "model.layers[0].activation = activations.tanh",
        "model.layers[0].activation = None",
        "model.layers[0].use_bias = False",
        "model.layers[0].units = 7",
        "model.layers[0].kernel.trainable = False",
        "model.layers[0].add_loss(lambda: 1.0)",
        "model.add_loss(lambda: 1.0)",
        "model.layers[0].dtype_policy = 'float16'",
        "model.add(Dense(3))",
        "model.pop(); model.add(Dense(3))",
        "model.pop(); model.add(Dense(5)); model.add(Dense(3))",
        "model.layers[0].name = 'renamed'",
    ),
    *each(
        "Replaced methods",
        "before",
        "wrap(model.layers[0], 'call')",
        "wrap(model.layers[0], '__call__')",
        "wrap(model, 'call')",
        "wrap(model, 'train_step')",
        "wrap(model, 'test_step')",
        "wrap(model, 'compute_loss')",
        "wrap(model, 'compute_metrics')",
        "wrap(model, 'make_train_function')",
        "wrap(model, 'fit')",
        "wrap(model, 'evaluate')",
        "wrap(model, 'reset_metrics')",
        "wrap(model.optimizer, 'apply')",
        "wrap(model.optimizer, 'apply_gradients')",
        "wrap(model.optimizer, 'update_step')",
        "wrap(model.loss, 'call')",
        "wrap(model.layers[0], 'get_config')",
        "model.train_function = None",
    ),
    *each(
        "Changed after a fit",
        "before",
        "train(model, X, Y); model.layers[0].trainable = True",
        "train(model, X, Y); model.compile(optimizers.Adam(0.02), model.loss)",
        "train(model, X, Y); model.layers[0].activation = activations.tanh; recompile(model)",
        "train(model, X, Y); model.layers[0].trainable = False; recompile(model)",
        "train(model, X, Y); model.optimizer.beta_1 = 0.5; recompile(model)",
        "model.fit(X, Y, verbose=0); model.layers[0].activation = activations.tanh",
        compiled=True,
    ),
    *each(
        "Changed by a callback",
        "fit",
        "callbacks=[At(1, 'model.optimizer.beta_1 = 0.1')], epochs=3",
        "callbacks=[At(1, 'model.optimizer.epsilon = 0.1')], epochs=3",
        "callbacks=[At(1, 'model.optimizer.clipnorm = 0.01')], epochs=3",
        "callbacks=[At(1, 'model.layers[0].trainable = False')], epochs=3",
        "callbacks=[At(1, 'model.layers[0].activation = activations.tanh')], epochs=3",
        "callbacks=[Ending(1, 'model.optimizer.beta_1 = 0.1')], epochs=3",
        "callbacks=[At('begin', 'model.optimizer.beta_1 = 0.1')], epochs=2",
        "callbacks=[At(9, 'model.optimizer.beta_1 = 0.1')], epochs=3",
        compiled=True,
    ),
    *each(
        "Settings of Keras",
        "before",
        "model.optimizer.learning_rate = 0.1; config.set_floatx('float64')",
        "config.set_floatx('float16')",
        "config.set_epsilon(1e-3)",
        "config.set_dtype_policy('mixed_bfloat16')",
        "config.set_max_epochs(1)",
        "config.set_max_steps_per_epoch(1)",
        "config.disable_traceback_filtering()",
    ),
]

# Where Keras itself goes on with the step that it compiled in the first fit, and this says so.
STALE = [
    Case(
        "Changed after a fit",
        code,
        {"before": code, "anew": "recompile(model)"},
        compiled=True,
    )
    for code in (
        "train(model, X, Y); model.layers[0].activation = activations.tanh",
        "train(model, X, Y); model.optimizer.beta_1 = 0.5",
    )
]

CASES = [replace(case, parts={**ADAM, **case.parts}) for case in (*CONTINUED, *CHANGED, *STALE)]
