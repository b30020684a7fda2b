/* The limit: the lab's network (2 inputs, 2 ReLU units, 4 logits) trained with Adam, as fast as this processor goes.
 *
 * One run, written for this one shape: the rows of a batch are the lanes of vector registers, all 18 parameters live in
 * two registers of AVX-512 or three of AVX2, square root and division are an estimate and one Newton step. It records no
 * weights on the way. Needs AVX-512 F, DQ, BW, or AVX2 and FMA (lanes.h).
 * Build: cc -O3 -march=native -shared -fPIC limit.c -o limit.so -lm
 */
#include "lanes.h"
#include <math.h>
#include <stdlib.h>

enum { PARAMETERS = 18, REGISTERS = (PARAMETERS + LANES - 1) / LANES };
static const float LOG2E = 1.44269504088896341f, LN2 = 0.69314718055994531f;

#define EACH _Pragma("GCC unroll 4") for (int i = 0; i < vectors; i++) /* side by side: their waits overlap */

INLINE vec power_of_two(vec t) { /* degree 5 minimax polynomial, 7.5e-8 relative */
    vec r = FRACTION(t);
    vec p = FMA(r, SET(0.001877576639f), SET(0.008989340472f));
    p = FMA(r, p, SET(0.05582631742f));
    p = FMA(r, p, SET(0.2401536174f));
    p = FMA(r, p, SET(0.6931530731f));
    p = FMA(r, p, SET(0.9999999251f));
    return SCALE(p, t);
}

INLINE vec reciprocal(vec x) {
    vec r = RECIPROCAL_ESTIMATE(x);
    return FMA(r, FNMA(x, r, SET(1.f)), r);
}

INLINE vec log_of_two(vec x) {
    vec e, m;
    split(x, &e, &m);
    vec s = MUL(SUB(m, SET(1.f)), reciprocal(ADD(m, SET(1.f)))), q = MUL(s, s);
    vec p = FMA(q, SET(1 / 9.f), SET(1 / 7.f));
    p = FMA(q, p, SET(1 / 5.f));
    p = FMA(q, p, SET(1 / 3.f));
    p = FMA(q, p, SET(1.f));
    return FMA(MUL(SET(2.8853900817779268f), s), p, e);
}

INLINE vec adam(vec p, vec g, vec *m, vec *v, vec rate) { /* Keras's form */
    vec mean = FMA(SUB(g, *m), SET(.1f), *m), square = FMA(FMS(g, g, *v), SET(.001f), *v);
    *m = mean;
    *v = square;
    vec x = MAX(square, SET(1e-30f)), r = ROOT_ESTIMATE(x), s = MUL(x, r);
    s = FMA(MUL(s, SET(.5f)), FNMA(s, r, SET(1.f)), s);
    return FNMA(MUL(rate, mean), reciprocal(ADD(s, SET(1e-7f))), p);
}

typedef struct { vec x0, x1; mask on; member y[4]; } rows;

INLINE rows fetch(const points *data, const uint8_t *order, int count) {
    rows r;
    whole y;
    points_in_order(data, order, count, &r.x0, &r.x1, &y, &r.on);
    for (int c = 0; c < 4; c++) r.y[c] = CLASS_WHERE(r.on, y, c);
    return r;
}

/* Vectors of rows forward and back: adds (or, first, puts) their gradient to G, their softmax sums to *product. */
INLINE void train_rows(const float *w, const rows *r, int vectors, vec *G, vec *product, vec *own, int first) {
#define W(k) SET(w[k])
    vec h0[TOGETHER], h1[TOGETHER], a0[TOGETHER], a1[TOGETHER], scale[TOGETHER];
    vec z[4][TOGETHER], q[4][TOGETHER], d0[TOGETHER], d1[TOGETHER];
    mask on0[TOGETHER], on1[TOGETHER];
    EACH h0[i] = FMA(r[i].x1, W(2), FMA(r[i].x0, W(0), W(4))), h1[i] = FMA(r[i].x1, W(3), FMA(r[i].x0, W(1), W(5)));
    EACH on0[i] = POSITIVE(h0[i]), on1[i] = POSITIVE(h1[i]), a0[i] = MAX(h0[i], ZERO), a1[i] = MAX(h1[i], ZERO);
    for (int c = 0; c < 4; c++)
        EACH z[c][i] = MUL(FMA(a1[i], W(10 + c), FMA(a0[i], W(6 + c), W(14 + c))), SET(LOG2E));
    EACH {
        vec m = MAX(MAX(z[0][i], z[1][i]), MAX(z[2][i], z[3][i]));
        for (int c = 0; c < 4; c++) z[c][i] = SUB(z[c][i], m);
    }
    for (int c = 0; c < 4; c++)
        EACH q[c][i] = power_of_two(z[c][i]);
    EACH {
        vec sum = ADD(ADD(q[0][i], q[1][i]), ADD(q[2][i], q[3][i]));
        scale[i] = KEEP(r[i].on, reciprocal(sum));
        *product = MUL_WHERE(r[i].on, *product, sum);
    }
    for (int c = 0; c < 4; c++)
        EACH {
            *own = ADD_OWN(r[i].y[c], *own, z[c][i]);
            q[c][i] = LESS_ONE(r[i].y[c], MUL(q[c][i], scale[i]));
        }
    EACH {
        d0[i] = FMA(q[2][i], W(8), FMA(q[1][i], W(7), MUL(q[0][i], W(6))));
        d1[i] = FMA(q[2][i], W(12), FMA(q[1][i], W(11), MUL(q[0][i], W(10))));
        d0[i] = KEEP_FMA(on0[i], q[3][i], W(9), d0[i]);
        d1[i] = KEEP_FMA(on1[i], q[3][i], W(13), d1[i]);
    }
#define PUT(k, a, b) EACH G[k] = first && i == 0 ? MUL(a, b) : FMA(a, b, G[k])
#define PUT_SUM(k, a) EACH G[k] = first && i == 0 ? a : ADD(G[k], a)
    PUT(0, r[i].x0, d0[i]);
    PUT(1, r[i].x0, d1[i]);
    PUT(2, r[i].x1, d0[i]);
    PUT(3, r[i].x1, d1[i]);
    PUT_SUM(4, d0[i]);
    PUT_SUM(5, d1[i]);
    for (int c = 0; c < 4; c++) {
        PUT(6 + c, a0[i], q[c][i]);
        PUT(10 + c, a1[i], q[c][i]);
        PUT_SUM(14 + c, q[c][i]);
    }
#undef PUT_SUM
#undef PUT
#undef W
}

/* n <= 256 points X (n, 2), classes y, order (epochs, n); P (18): in the start, out the end; loss (epochs). */
void train(int n, int epochs, int batch, float rate, const float *X, const uint8_t *y, const uint8_t *order, float *P,
           float *loss) {
    float w[32] __attribute__((aligned(64))) = {0};
    points data;
    for (int i = 0; i < n; i++) put_point(&data, i, X[2 * i], X[2 * i + 1], y[i]);
    memcpy(w, P, PARAMETERS * sizeof(float));
    vec p[REGISTERS], m[REGISTERS], v[REGISTERS], g[REGISTERS];
    for (int k = 0; k < REGISTERS; k++) p[k] = LOAD(w + k * LANES), m[k] = v[k] = ZERO;
    double power_1 = 1, power_2 = 1;
    for (int e = 0; e < epochs; e++) {
        vec product = SET(1.f), own = ZERO, logs = ZERO;
        for (int s = 0; s < n; s += batch) {
            const uint8_t *o = order + (size_t)e * n + s;
            int count = n - s < batch ? n - s : batch;
            vec G[PARAMETERS];
            int done = LANES;
            if (TOGETHER > 1 && count >= LANES * TOGETHER) {
                rows r[TOGETHER];
#pragma GCC unroll 1 /* unrolled, it took 5% longer with GCC 12 */
                for (int i = 0; i < TOGETHER; i++) r[i] = fetch(&data, o + i * LANES, LANES);
                train_rows(w, r, TOGETHER, G, &product, &own, 1);
                done = LANES * TOGETHER;
            } else {
                rows r = fetch(&data, o, count);
                train_rows(w, &r, 1, G, &product, &own, 1);
            }
            for (int k = done; k < count; k += LANES) {
                rows r = fetch(&data, o + k, count - k);
                train_rows(w, &r, 1, G, &product, &own, 0);
            }
            sums(G, g);
            logs = ADD(logs, EXPONENT(product)); /* the sum of logs is the log of the product */
            product = MANTISSA(product);
            power_1 *= .9;
            power_2 *= .999;
            const vec a = SET((float)(rate * sqrt(1 - power_2) / (1 - power_1))), inverse = SET(1.f / count);
            for (int k = 0; k < REGISTERS; k++) {
                p[k] = adam(p[k], MUL(g[k], inverse), &m[k], &v[k], a);
                STORE(w + k * LANES, p[k]);
            }
        }
        loss[e] = LN2 / n * TOTAL(SUB(ADD(logs, log_of_two(product)), own));
    }
    memcpy(P, w, PARAMETERS * sizeof(float));
}
